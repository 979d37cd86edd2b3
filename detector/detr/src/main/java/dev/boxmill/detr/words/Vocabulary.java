package dev.boxmill.detr.words;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.boxmill.checkpoint.CheckpointException;
import java.nio.file.Path;
import java.util.List;

/**
 * BERT's {@code vocab.txt}, a token a line, as the {@code tokenizer.json} that transformers makes
 * of it: small letters without accents, words and punctuation apart, words cut into the longest
 * pieces that the vocabulary holds.
 */
final class Vocabulary {
  private static final ObjectMapper JSON = new ObjectMapper();

  /** In the order of their numbers. */
  private static final List<String> SPECIAL = List.of("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]");

  private static final int LONGEST_WORD = 100;

  private Vocabulary() {}

  static String tokenizer(Path file, String text) {
    List<String> tokens = text.lines().map(String::strip).toList();
    ObjectNode root = JSON.createObjectNode();
    root.put("version", "1.0");
    root.set("added_tokens", special(file, tokens));
    root.putObject("normalizer")
        .put("type", "BertNormalizer")
        .put("clean_text", true)
        .put("handle_chinese_chars", true)
        .putNull("strip_accents")
        .put("lowercase", true);
    root.putObject("pre_tokenizer").put("type", "BertPreTokenizer");
    root.putObject("post_processor")
        .put("type", "BertProcessing")
        .<ObjectNode>set("sep", pair("[SEP]", tokens))
        .set("cls", pair("[CLS]", tokens));
    ObjectNode model = root.putObject("model");
    model
        .put("type", "WordPiece")
        .put("unk_token", "[UNK]")
        .put("continuing_subword_prefix", "##")
        .put("max_input_chars_per_word", LONGEST_WORD);
    ObjectNode vocabulary = model.putObject("vocab");
    for (int i = 0; i < tokens.size(); i++) {
      vocabulary.put(tokens.get(i), i);
    }
    try {
      return JSON.writeValueAsString(root);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("Cannot write a tokenizer as JSON", e);
    }
  }

  private static ArrayNode special(Path file, List<String> tokens) {
    ArrayNode all = JSON.createArrayNode();
    for (String token : SPECIAL) {
      int id = tokens.indexOf(token);
      if (id < 0) {
        throw new CheckpointException(
            "Cannot use vocabulary %s: it has no %s (must be BERT's)".formatted(file, token));
      }
      all.addObject()
          .put("id", id)
          .put("content", token)
          .put("single_word", false)
          .put("lstrip", false)
          .put("rstrip", false)
          .put("normalized", false)
          .put("special", true);
    }
    return all;
  }

  private static ArrayNode pair(String token, List<String> tokens) {
    return JSON.createArrayNode().add(token).add(tokens.indexOf(token));
  }
}
