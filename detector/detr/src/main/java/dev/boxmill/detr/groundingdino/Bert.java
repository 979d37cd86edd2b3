package dev.boxmill.detr.groundingdino;

import dev.boxmill.checkpoint.ExpectedTensor;
import dev.boxmill.checkpoint.JsonConfig;
import dev.boxmill.detr.architecture.PretrainedKeys;
import dev.boxmill.detr.transformer.Transformer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * BERT's encoder: {@code bert.py} with its constants and tensors.
 *
 * @param vocabulary tokens that it knows
 * @param width channels of a token
 * @param feedForward channels inside the feed-forward networks
 * @param places in a phrase that it knows
 * @param sentences kinds of tokens, of which prompts have the first
 * @param activation of the feed-forward networks: relu, gelu, gelu_new or silu
 * @param eps of its LayerNorms
 */
record Bert(
    int vocabulary,
    int width,
    int layers,
    int heads,
    int feedForward,
    int places,
    int sentences,
    String activation,
    double eps) {

  Bert {
    Transformer.requirePositive("vocab_size", vocabulary);
    Transformer.requirePositive("hidden_size", width);
    Transformer.requirePositive("num_hidden_layers", layers);
    Transformer.requirePositive("num_attention_heads", heads);
    Transformer.requirePositive("intermediate_size", feedForward);
    if (width % heads != 0) {
      throw new IllegalArgumentException(
          "Invalid num_attention_heads: %d (must divide hidden_size, %d)".formatted(heads, width));
    }
  }

  /** Reads a {@code text_config} with the library's defaults. */
  static Bert parse(JsonConfig config) {
    PretrainedKeys.ignoreInBackbone(config);
    config.allows("model_type", "it reads by a BERT", "bert");
    config.allows(
        "position_embedding_type", "only positions that are added are built in", "absolute");
    config.allows("hidden_act", "these are built in", "gelu", "relu", "gelu_new", "silu");
    return new Bert(
        config.integer("vocab_size", 30522),
        config.integer("hidden_size", 768),
        config.integer("num_hidden_layers", 12),
        config.integer("num_attention_heads", 12),
        config.integer("intermediate_size", 3072),
        config.integer("max_position_embeddings", 512),
        config.integer("type_vocab_size", 2),
        config.text("hidden_act", "gelu"),
        config.number("layer_norm_eps", 1e-12));
  }

  Map<String, ?> constants() {
    return Map.of(
        "BERT_LAYERS", layers,
        "BERT_HEADS", heads,
        "BERT_ACTIVATION", activation,
        "BERT_EPS", eps);
  }

  /** Of the table of positions, which older files hold, and of what reads whole sentences. */
  static Set<String> ignoredTensors(String prefix) {
    return Set.of(
        prefix + "embeddings.position_ids",
        prefix + "pooler.dense.weight",
        prefix + "pooler.dense.bias");
  }

  /**
   * Its tensors.
   *
   * @param prefix before their names in the checkpoint
   */
  List<ExpectedTensor> tensors(String prefix) {
    List<ExpectedTensor> all = new ArrayList<>();
    String embeddings = prefix + "embeddings.";
    all.add(table(embeddings + "word_embeddings", "bert.words", vocabulary));
    all.add(table(embeddings + "position_embeddings", "bert.places", places));
    all.add(table(embeddings + "token_type_embeddings", "bert.types", sentences));
    norm(all, embeddings + "LayerNorm", "bert.norm");
    for (int i = 0; i < layers; i++) {
      layer(all, prefix + "encoder.layer." + i + ".", "bert." + i);
    }
    return all;
  }

  private ExpectedTensor table(String name, String program, int rows) {
    return ExpectedTensor.of(name + ".weight", program, rows, width);
  }

  private void layer(List<ExpectedTensor> all, String name, String program) {
    linear(all, name + "attention.self.query", program + ".q", width, width);
    linear(all, name + "attention.self.key", program + ".k", width, width);
    linear(all, name + "attention.self.value", program + ".v", width, width);
    linear(all, name + "attention.output.dense", program + ".out", width, width);
    norm(all, name + "attention.output.LayerNorm", program + ".out.norm");
    linear(all, name + "intermediate.dense", program + ".fc1", feedForward, width);
    linear(all, name + "output.dense", program + ".fc2", width, feedForward);
    norm(all, name + "output.LayerNorm", program + ".norm");
  }

  private static void linear(
      List<ExpectedTensor> all, String name, String program, int out, int in) {
    all.add(ExpectedTensor.of(name + ".weight", program + ".weight", out, in));
    all.add(ExpectedTensor.of(name + ".bias", program + ".bias", out));
  }

  private void norm(List<ExpectedTensor> all, String name, String program) {
    all.add(ExpectedTensor.of(name + ".weight", program + ".weight", width));
    all.add(ExpectedTensor.of(name + ".bias", program + ".bias", width));
  }
}
