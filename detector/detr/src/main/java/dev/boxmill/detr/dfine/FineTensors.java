package dev.boxmill.detr.dfine;

import dev.boxmill.checkpoint.ExpectedTensor;
import dev.boxmill.detr.transformer.TransformerTensors;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;

/**
 * The tensors that D-FINE and DEIMv2 name alike: those of self-attention in the encoder, and the
 * decoder's without its norms and feed-forward networks; names as transformers 4 writes them, and
 * what its version 5 calls the modules.
 */
public final class FineTensors {
  private final ElanEncoder encoder;
  private final FineDecoder decoder;
  private final int classes;

  public FineTensors(ElanEncoder encoder, FineDecoder decoder, int classes) {
    this.encoder = encoder;
    this.decoder = decoder;
    this.classes = classes;
  }

  /** An empty collection for tokens of that width. */
  public static TransformerTensors collection(int dim) {
    return new TransformerTensors(dim, FineTensors::version5);
  }

  private static String version5(String name) {
    return name.replace("self_attn.out_proj", "self_attn.o_proj")
        .replaceAll("(layers\\.\\d+)\\.fc1\\.", "$1.mlp.layers.0.")
        .replaceAll("(layers\\.\\d+)\\.fc2\\.", "$1.mlp.layers.1.")
        .replaceAll("^(model\\.encoder)\\.encoder\\.(\\d+)\\.layers", "$1.aifi.$2.layers");
  }

  /** Self-attention within the encoder's maps. */
  public List<ExpectedTensor> selfAttention() {
    TransformerTensors tensors = collection(encoder.dim());
    for (int i = 0; i < encoder.encodedLevels().size(); i++) {
      for (int j = 0; j < encoder.layers(); j++) {
        String name = "model.encoder.encoder." + i + ".layers." + j;
        tensors.encoderLayer("encoder.aifi." + i + "." + j, encoder.feedForwardDim(), name);
      }
    }
    return tensors.all();
  }

  /** Query selection behind the candidates, and the heads. */
  public void addHeads(TransformerTensors tensors, boolean sharesBoxHead) {
    int dim = decoder.dim();
    tensors.linear("query.class", classes, dim, "model.enc_score_head");
    tensors.mlp("query.box", List.of(dim, dim, dim, 4), "model.enc_bbox_head");
    if (decoder.learnedQueries()) {
      List<Integer> shape = List.of(decoder.queries(), dim);
      tensors.tensor("query.learned", shape, "model.weight_embedding.weight");
    }
    tensors.tensor("decoder.up", List.of(1), "model.decoder.up");
    tensors.tensor("decoder.scale", List.of(1), "model.decoder.reg_scale");
    tensors.mlp("decoder.first", List.of(dim, dim, dim, 4), "model.decoder.pre_bbox_head");
    int last = decoder.layers() - 1;
    tensors.linear(
        "decoder.class", classes, dim, "model.decoder.class_embed." + last, "class_embed." + last);
    List<Integer> sizes = List.of(dim, dim, dim, 4 * (decoder.bins() + 1));
    for (int i = 0; i < decoder.layers(); i++) {
      int first = sharesBoxHead ? 0 : i;
      int count = sharesBoxHead ? decoder.layers() : 1;
      tensors.mlp("decoder." + i + ".box", sizes, boxHeads(first, count));
    }
    tensors.mlp(
        "decoder.quality", qualitySizes(), "model.decoder.lqe_layers." + last + ".reg_conf");
  }

  private List<Integer> qualitySizes() {
    List<Integer> quality = new ArrayList<>(List.of(4 * (decoder.quality().topBins() + 1)));
    for (int i = 1; i < decoder.quality().layers(); i++) {
      quality.add(decoder.quality().dim());
    }
    quality.add(1);
    return quality;
  }

  /** Of all layers but the last one, which training alone reads. */
  List<ExpectedTensor> earlyHeads() {
    int dim = decoder.dim();
    TransformerTensors tensors = collection(dim);
    for (int i = 0; i + 1 < decoder.layers(); i++) {
      String program = "decoder." + i;
      tensors.linear(
          program + ".class", classes, dim, "model.decoder.class_embed." + i, "class_embed." + i);
      tensors.mlp(
          program + ".quality", qualitySizes(), "model.decoder.lqe_layers." + i + ".reg_conf");
    }
    return tensors.all();
  }

  /** What denoising queries start from: one row more than there are classes. */
  ExpectedTensor labelEmbeddings() {
    return ExpectedTensor.of(
        "model.denoising_class_embed.weight", "label_embeddings", classes + 1L, decoder.dim());
  }

  /** Each head is one module under two names: files hold either or both. */
  private static String[] boxHeads(int first, int count) {
    return IntStream.range(first, first + count)
        .boxed()
        .flatMap(i -> List.of("model.decoder.bbox_embed." + i, "bbox_embed." + i).stream())
        .toArray(String[]::new);
  }

  /** Self-attention, and where a layer's queries look. */
  public void addAttention(TransformerTensors tensors, String program, String name) {
    int samples = decoder.heads() * decoder.pointsOfHead();
    int dim = decoder.dim();
    String cross = name + ".encoder_attn.";
    tensors.attention(program + ".self", name + ".self_attn");
    tensors.linear(program + ".cross.offsets", 2 * samples, dim, cross + "sampling_offsets");
    tensors.linear(program + ".cross.attention_weights", samples, dim, cross + "attention_weights");
    List<Integer> scales = List.of(decoder.pointsOfHead());
    tensors.tensor(program + ".cross.offset_scale", scales, cross + "num_points_scale");
  }

  /** What training alone reads: the class embedding it denoises with, and heads of early layers. */
  public Set<String> ignored() {
    Set<String> all = new HashSet<>(Set.of("model.denoising_class_embed.weight"));
    for (int i = 0; i + 1 < decoder.layers(); i++) {
      for (String part : List.of(".weight", ".bias")) {
        all.add("model.decoder.class_embed." + i + part);
        all.add("class_embed." + i + part);
        for (int layer = 0; layer < decoder.quality().layers(); layer++) {
          all.add("model.decoder.lqe_layers." + i + ".reg_conf.layers." + layer + part);
        }
      }
    }
    return all;
  }
}
