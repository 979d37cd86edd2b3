package dev.boxmill.detr.architecture;

import dev.boxmill.checkpoint.JsonConfig;
import java.util.List;
import java.util.regex.Pattern;

/**
 * Keys that Hugging Face's {@code PretrainedConfig} writes for every kind of model and that change
 * nothing in a detector's forward pass: bookkeeping, text generation, training.
 */
public final class PretrainedKeys {
  private static final String[] BOOKKEEPING = {
    "_name_or_path",
    "_commit_hash",
    "_attn_implementation_autoset",
    "dtype",
    "torch_dtype",
    "transformers_version",
    "is_encoder_decoder",
    "keys_to_ignore_at_inference",
    "finetuning_task",
    "problem_type",
    "return_dict",
    "return_dict_in_generate",
    "output_attentions",
    "output_hidden_states",
    "output_scores",
    "task_specific_params",
    "tf_legacy_loss",
    "tie_encoder_decoder",
    "tie_word_embeddings",
    "torchscript",
    "use_bfloat16",
    "use_cache"
  };

  private static final String[] LANGUAGE = {
    "add_cross_attention",
    "bad_words_ids",
    "begin_suppress_tokens",
    "bos_token_id",
    "chunk_size_feed_forward",
    "cross_attention_hidden_size",
    "decoder_start_token_id",
    "diversity_penalty",
    "do_sample",
    "early_stopping",
    "encoder_no_repeat_ngram_size",
    "eos_token_id",
    "exponential_decay_length_penalty",
    "forced_bos_token_id",
    "forced_eos_token_id",
    "is_decoder",
    "length_penalty",
    "max_length",
    "min_length",
    "no_repeat_ngram_size",
    "num_beam_groups",
    "num_beams",
    "num_return_sequences",
    "pad_token_id",
    "prefix",
    "remove_invalid_values",
    "repetition_penalty",
    "sep_token_id",
    "suppress_tokens",
    "temperature",
    "tokenizer_class",
    "top_k",
    "top_p",
    "typical_p"
  };

  /**
   * Families of keys that every version of the library adds to: what it notes about itself, what
   * acts in training alone, how weights begin, what losses and their matchers weigh, and the ids of
   * tokens.
   */
  private static final List<Pattern> FAMILIES =
      List.of(
          Pattern.compile("_?(attn|experts)_implementation(_.*)?"),
          Pattern.compile("_(name_or_path|commit_hash|auto_class)"),
          Pattern.compile("(.*_)?(dropout|layerdrop|drop_path)(_prob|_rate|_ratio)?"),
          Pattern.compile("init_(xavier_)?std|initializer_.*"),
          Pattern.compile(
              "(.*_)?(loss_coefficient|cost|eos_coefficient)|weight_loss_.*|matcher_.*"),
          Pattern.compile("(.*_)?focal(_loss)?(_alpha|_gamma)?|loss_type|label_smoothing(_.*)?"),
          Pattern.compile("freeze_.*|gradient_checkpointing|disable_custom_kernels"),
          Pattern.compile(".*_token_ids?"));

  /** Keys that a nested configuration has because every model's has them. */
  private static final String[] OF_EVERY_MODEL = {
    "architectures", "stage_names", "id2label", "label2id", "num_labels", "use_pretrained_backbone"
  };

  private PretrainedKeys() {}

  /** Passes over those that a backbone's own configuration holds: it classifies nothing. */
  public static void ignoreInBackbone(JsonConfig config) {
    ignoreIn(config);
    config.ignores(OF_EVERY_MODEL);
  }

  /** Passes over them in this object, not in those nested in it. */
  public static void ignoreIn(JsonConfig config) {
    FAMILIES.forEach(config::ignoresLike);
    config.ignores(BOOKKEEPING);
    config.ignores(LANGUAGE);
    config.allows("pruned_heads", "all attention heads must be there", java.util.Map.of());
  }
}
