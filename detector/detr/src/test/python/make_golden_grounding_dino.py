"""Makes the golden files of TestGroundingDinoParity and TestPromptTokenizer: a tiny Grounding DINO and a tiny
MM-Grounding-DINO (whose layout LLMDet has) with random weights, and what transformers computes.

    pip install -r requirements-5.txt
    python make_golden_grounding_dino.py [DIRECTORY]       (default: ../resources/golden)

Each network is a directory as transformers 5 writes it, prompts.json with the classes and phrases that it is asked for, and a
golden.safetensors with the input, every step's whole result, and the post-processed detections, the text threshold once that of
the boxes and once TEXT_THRESHOLD; its header holds the versions, the seed, and the phrases that transformers' post-processing
reads off the tokens. grounding-dino-mm has only vocab.txt as tokenizer, and keeps heads of its own in each decoder layer.

tokens.json in grounding-dino holds awkward prompts and what transformers' processor makes of them.

transformers keeps boxes 1e-5 away from the image's border where the authors keep 1e-3: here it computes what they do.

The vocabulary has the few pieces that the prompts need, at the places that the network takes for granted: BERT's [CLS], [SEP],
period and question mark.
"""

import copy
import itertools
import json
import string
import sys
from pathlib import Path

import torch
import transformers
from make_golden_dfine import gap, spread
from safetensors.torch import save_file
from transformers import (
    BertConfig,
    BertTokenizer,
    GroundingDinoConfig,
    GroundingDinoForObjectDetection,
    GroundingDinoImageProcessor,
    GroundingDinoProcessor,
    MMGroundingDinoConfig,
    MMGroundingDinoForObjectDetection,
    SwinConfig,
)

SCORE_GAP = 5e-4  # between neighbors among the selected queries' logits
DETECTION_GAP = 1e-5  # between neighbors among the detections' scores
TARGET = (150, 221)  # height and width that the boxes are scaled to
THRESHOLD, TEXT_THRESHOLD = 0.3, 0.15
# Of grounding-dino the coarsest map has four cells: of two, GroupNorm tells only which is greater, and rounding with it.
SHAPES = {"grounding-dino": (2, 66, 67), "grounding-dino-mm": (2, 66, 43)}
IMAGES = 2
QUERIES = 9

PROMPTS = {
    "fruit": ["red apple", "pears"],
    "forklift": ["forklift"],
    "worker": ["person with helmet", "worker"],
}

WORDS = (
    "a an the of with and in on red green apple pear person helmet fork lift work cat dog car traffic light cafe uber naive "
    "don t o neil s phone 果 車 人 ß ø æ и д о м ω α 3 d x y"
).split()
PIECES = "##s ##lift ##er ##ing ##let ##ed ##o ##м ##о ##д ##α ##ω".split()

AWKWARD = [
    ["cat"],
    ["a cat", "a dog"],
    ["Red Apple", "FORKLIFT"],
    ["  red apple  ", "\tdog\n"],
    ["red  apple"],
    ["pears", "workers", "lifting"],
    ["café", "naïve", "über"],
    ["cafe\u0301"],
    ["ÜBER", "Ångström"],
    ["straße", "smørrebrød", "encyclopædia"],
    ["果", "車", "赤い果"],
    ["人と車"],
    ["дом", "ДОМ"],
    ["αω", "ΑΩ"],
    ["кот"],
    ["سيارة"],
    ["😀"],
    ["cat 😀"],
    ["cat\u200bdog"],
    ["cat\u00a0dog"],
    ["cat\u3000dog"],
    ["\ufeffcat"],
    ["cat\u0000dog"],
    ["cat\ufffddog"],
    ["don't"],
    ["o'neil's phone"],
    ["rock-paper"],
    ["traffic_light"],
    ["traffic/light"],
    ["cat, dog", "cat; dog"],
    ["cat (red)", "[red] cat"],
    ["cat!", "cat: red"],
    ["$5", "50%", "#1"],
    ["a & b", "a+b", "a=b"],
    ["“cat”", "‘dog’", "cat…"],
    ["cat — dog", "cat–dog"],
    ["3d", "x2y", "007"],
    ["½", "②", "x²"],
    ["ﬁsh"],
    ["Ⅷ"],
    ["ｃａｔ"],
    ["[CLS]", "[SEP] cat"],
    ["[PAD]", "[UNK]", "[MASK] dog"],
    ["##s"],
    ["cat", "cat"],
    ["x" * 99],
    ["x" * 101],
    ["a very long phrase " * 20],
    ["cat"] * 150,
    ["person with helmet"] * 40 + ["red apple"] * 40,
    ["a", "s", "t", "o"],
    ["İstanbul", "ǅ", "ẞ"],
    ["\u1100\u1161\u11a8", "각"],
    ["e\u0301\u0301\u0301"],
]
LINES = ["red apple. forklift. person with helmet.", "Cat. DOG.", "cat.dog.", "cat . dog .", "café. 果."]


def vocabulary():
    tokens = [f"[unused{i}]" for i in range(1100)]
    tokens[0] = "[PAD]"
    tokens[100:104] = ["[UNK]", "[CLS]", "[SEP]", "[MASK]"]
    tokens[1012], tokens[1029] = ".", "?"
    pieces = [*string.ascii_lowercase, *string.digits, *(f"##{c}" for c in string.ascii_lowercase + string.digits)]
    pieces += [c for c in string.punctuation if c not in ".?"] + ["“", "”", "‘", "’", "…", "—", "–"] + WORDS + PIECES
    places = [i for i in range(1, 1100) if tokens[i].startswith("[unused")]
    for place, piece in zip(places[500:], dict.fromkeys(pieces)):
        tokens[place] = piece
    return tokens


def settings(**changed):
    return {
        **dict(
            backbone_config=SwinConfig(
                embed_dim=4, depths=[1, 1, 2, 1], num_heads=[1, 2, 2, 4], window_size=4, mlp_ratio=2, out_indices=[2, 3, 4]
            ),
            text_config=BertConfig(
                vocab_size=1100,
                hidden_size=12,
                num_hidden_layers=2,
                num_attention_heads=3,
                intermediate_size=16,
                max_position_embeddings=20,
            ),
            d_model=32,
            encoder_layers=2,
            decoder_layers=2,
            encoder_attention_heads=4,
            decoder_attention_heads=4,
            encoder_ffn_dim=20,
            decoder_ffn_dim=24,
            encoder_n_points=2,
            decoder_n_points=2,
            num_queries=QUERIES,
            max_text_len=40,
        ),
        **changed,
    }


VARIANTS = {
    "grounding-dino": GroundingDinoConfig(**settings()),
    "grounding-dino-mm": MMGroundingDinoConfig(
        **settings(
            decoder_bbox_embed_share=False,
            decoder_cls_embed_share=False,
            encoder_layers=1,
            positional_embedding_temperature=10000,
            activation_function="gelu",
        )
    ),
}


def randomise(model, generator):
    """Weights that make every step matter: no norm is the identity, no bias zero, attention far from uniform."""
    with torch.no_grad():
        for name, tensor in sorted(model.state_dict().items()):
            if not tensor.is_floating_point():
                continue
            values = torch.randn(tensor.shape, generator=generator)
            if name.endswith("_param"):
                values = 0.5 + 0.2 * values
            elif name.endswith("class_embed.bias") or tensor.dim() == 0:
                values = -0.6 + 0.2 * values
            elif tensor.dim() == 1 and name.endswith("weight"):
                values = 1 + 0.2 * values
            elif name.endswith("sampling_offsets.bias"):
                values = 3 * values
            elif tensor.dim() == 1:
                values = 0.2 * values
            elif tensor.dim() == 4:
                values = values * (1.2 / tensor[0].numel()) ** 0.5
            elif "query_position" in name or "word_embeddings" in name:
                pass
            elif any(part in name for part in ("query", "key", "vision_proj", "text_proj", "sampling_offsets", "embed")):
                values = values * 2 / tensor.size(1) ** 0.5
            else:
                values = values / tensor.size(1) ** 0.5
            tensor.copy_(values)


def authors_border(model, mm):
    """1e-3 between the decoder's layers and for its result; mmdetection, which MM-Grounding-DINO is from, has 1e-5 for that."""
    result = 1e-5 if mm else 1e-3
    border = [result]

    def move(eps):
        def hook(*_):
            border[0] = eps

        return hook

    model.model.decoder.register_forward_pre_hook(move(1e-3))
    model.model.decoder.register_forward_hook(move(result))
    torch.special.logit = lambda x, eps: torch.log(x.clamp(border[0]) / (1 - x).clamp(border[0]))


class Prompted(torch.nn.Module):
    """The network with its prompt, so that it is called with pixels alone."""

    def __init__(self, model, ids):
        super().__init__()
        self.model = model
        self.ids = ids

    def forward(self, pixels):
        return self.model(pixels, self.ids.expand(pixels.size(0), -1))


def build(config, shape, ids, seed):
    generator = torch.Generator().manual_seed(seed)
    mm = isinstance(config, MMGroundingDinoConfig)
    model = (MMGroundingDinoForObjectDetection if mm else GroundingDinoForObjectDetection)(config).eval()
    randomise(model, generator)
    authors_border(model, mm)
    if not mm:
        # products of queries and words are not scaled
        with torch.no_grad():
            model.model.decoder.layer_norm.weight *= 0.25
            model.model.decoder.layer_norm.bias *= 0.25
    prompted = Prompted(model, ids)
    pixels = torch.randn(shape[0], 3, *shape[1:], generator=generator).half().float()
    spread(prompted, model.model.encoder_output_bbox_embed.layers[2], pixels, 0, 0.5)
    boxes = model.bbox_embed if mm else model.bbox_embed[:1]
    for box in boxes:
        spread(prompted, box.layers[2], pixels, 0, 0.5)
    prompted.half().float()
    return prompted, pixels


def steps(prompted, pixels):
    """Every step's result, and the network's output."""
    core = prompted.model.model
    words = prompted.ids.size(1)
    kept = {}

    def keep(name, of=lambda result: result):
        def hook(module, arguments, result):
            kept.setdefault(name, of(result).clone())

        return hook

    hooks = [core.enc_output_norm.register_forward_hook(keep("query.candidates"))]

    def entered(module, arguments, named):
        kept["tokens"] = named["vision_features"].clone()
        kept["text"] = named["text_features"][:1].clone()

    hooks.append(core.encoder.register_forward_pre_hook(entered, with_kwargs=True))
    hooks.append(
        core.encoder_output_class_embed.register_forward_hook(keep("query.scores", lambda r: r[..., :words]))
    )
    for i, layer in enumerate(core.encoder.layers):
        hooks.append(layer.register_forward_hook(keep(f"encoder.{i}", lambda r: r[0][0])))
        hooks.append(layer.register_forward_hook(keep(f"encoder.{i}.text", lambda r: r[0][1])))
    for i, layer in enumerate(core.decoder.layers):
        hooks.append(layer.register_forward_hook(keep(f"decoder.{i}", lambda r: r[0])))
    swin = core.backbone.conv_encoder.model
    maps = []
    hooks.append(swin.register_forward_hook(lambda module, arguments, result: maps.extend(result.feature_maps)))
    first = []

    def stage(module, arguments, result):
        first.append(result)

    stage_blocks = swin.swin.encoder.layers[0].blocks
    hooks.append(stage_blocks[-1].register_forward_hook(stage))
    with torch.no_grad():
        output = prompted(pixels)
    for hook in hooks:
        hook.remove()
    raw = first[0][0] if isinstance(first[0], tuple) else first[0]
    height, width = -(-pixels.size(2) // 4), -(-pixels.size(3) // 4)
    kept["c2"] = raw.transpose(1, 2).unflatten(2, (height, width))
    for i, values in enumerate(maps):
        kept[f"c{i + 3}"] = values
    best = kept["query.scores"].amax(-1).topk(QUERIES, dim=1).indices
    kept["query.tokens"] = best.float()
    kept["query.boxes"] = output.init_reference_points
    with torch.no_grad():
        outputs = core(pixels, prompted.ids.expand(pixels.size(0), -1))
    for i in range(len(core.decoder.layers)):
        kept[f"decoder.{i}.normed"] = outputs.intermediate_hidden_states[:, i]
        kept[f"decoder.{i}.boxes"] = outputs.intermediate_reference_points[:, i]
    kept["words"] = output.logits[..., :words]
    kept["boxes"] = output.pred_boxes
    return {name: tensor.clone().contiguous() for name, tensor in kept.items()}, output


def labels_of(tokenizer):
    """The class of each of the prompt's tokens; -1 for those of none."""
    found = [-1]
    for label, phrases in enumerate(PROMPTS.values()):
        for phrase in phrases:
            found += [label] * len(tokenizer(phrase, add_special_tokens=False).input_ids) + [-1]
    return torch.tensor(found + [-1])


def detections(processor, output, labels, text_threshold):
    """transformers' boxes, each as often as it has classes among the tokens that its label is made of, with these classes'
    scores; and transformers' labels."""
    results = processor.post_process_grounded_object_detection(
        output, threshold=THRESHOLD, text_threshold=text_threshold, target_sizes=[TARGET] * IMAGES
    )
    found, texts = {}, []
    for i, result in enumerate(results):
        probabilities = output.logits[i].sigmoid()[:, : len(labels)]
        kept = (probabilities.amax(1) > THRESHOLD).nonzero()[:, 0].tolist()
        assert torch.equal(result["scores"], probabilities[kept].amax(1))
        rows = []
        for place, query in enumerate(kept):
            ids = [output.input_ids[i][t] for t in (probabilities[query] > text_threshold).nonzero()[:, 0] if t > 0]
            assert processor.tokenizer.decode(ids) == result["text_labels"][place]
            assert labels[probabilities[query].argmax()] >= 0, "a token of no class"
            texts.append(result["text_labels"][place])
            for label in range(len(PROMPTS)):
                score = probabilities[query][labels == label].amax()
                if score > text_threshold:
                    rows.append((score, query, label, result["boxes"][place]))
        rows.sort(key=lambda row: (-row[0].item(), row[1], row[2]))
        found[f"{i}.scores"] = torch.stack([row[0] for row in rows])
        found[f"{i}.labels"] = torch.tensor([float(row[2]) for row in rows])
        found[f"{i}.boxes"] = torch.stack([row[3] for row in rows])
    return found, texts


def telling(seen, output, labels):
    if gap(seen["query.scores"].amax(-1), QUERIES) < SCORE_GAP:
        return False
    probabilities = output.logits.sigmoid()[..., : len(labels)]
    best = probabilities.amax(-1)
    of_classes = (labels[probabilities.argmax(-1)] >= 0)[best > THRESHOLD].all()
    scores = probabilities[..., labels >= 0].flatten(1)
    near = min((scores - t).abs().min().item() for t in (THRESHOLD, TEXT_THRESHOLD))
    return (
        bool(of_classes)
        and near > 2e-4
        and gap(scores, QUERIES * 3) > DETECTION_GAP
        and ((best > THRESHOLD).sum(1) > 3).all()
        and (best < THRESHOLD).any()
        and seen["boxes"].std(1).mean() > 0.05
    )


def processor_of(directory):
    directory.mkdir(parents=True, exist_ok=True)
    path = directory / "vocab.txt"
    path.write_text("\n".join(vocabulary()) + "\n")
    tokenizer = BertTokenizer(vocab=str(path), do_lower_case=True)
    return GroundingDinoProcessor(GroundingDinoImageProcessor(), tokenizer)


def save_tokenizer(directory, processor):
    if directory.name.endswith("mm"):
        processor.image_processor.save_pretrained(directory)
        return
    (directory / "vocab.txt").unlink()
    processor.save_pretrained(directory)
    for other in ("tokenizer_config.json", "vocab.txt"):
        (directory / other).unlink(missing_ok=True)
    awkward = [dict(phrases=phrases, tokens=processor(text=phrases).input_ids) for phrases in AWKWARD]
    lines = [dict(line=line, tokens=processor(text=line).input_ids) for line in LINES]
    text = json.dumps(dict(phrases=awkward, lines=lines), ensure_ascii=True)
    (directory / "tokens.json").write_text(text.replace('{"phrases": [', '\n{"phrases": [') + "\n")


def make(directory, config):
    processor = processor_of(directory)
    text = processor._preprocess_input_text([phrase for phrases in PROMPTS.values() for phrase in phrases])
    ids = processor.tokenizer(text, return_tensors="pt").input_ids
    labels = labels_of(processor.tokenizer)
    assert len(labels) == ids.size(1)
    for seed in itertools.count():
        prompted, pixels = build(config, SHAPES[directory.name], ids, seed)
        # in float64, so that a comparison sees one side's rounding
        seen, output = steps(copy.deepcopy(prompted).double(), pixels.double())
        if telling(seen, output, labels):
            break
    texts = {}
    for name, threshold in (("detections", THRESHOLD), ("detections.text", TEXT_THRESHOLD)):
        found, texts[name] = detections(processor, output, labels, threshold)
        seen.update({f"{name}.{key}": value for key, value in found.items()})
    seen["logits"] = torch.stack([seen["words"][..., labels == label].amax(-1) for label in range(len(PROMPTS))], -1)
    seen = {name: values.float() for name, values in seen.items()}
    prompted.model.half().save_pretrained(directory)
    save_tokenizer(directory, processor)
    (directory / "prompts.json").write_text(json.dumps(PROMPTS, indent=2) + "\n")
    made = dict(torch=torch.__version__, transformers=transformers.__version__, seed=seed, threshold=THRESHOLD,
                text_threshold=TEXT_THRESHOLD, text_labels=texts, tokens=ids[0].tolist(), target_height_width=TARGET)
    seen["pixels"] = pixels.half()
    save_file(seen, directory / "golden.safetensors", metadata={"made": json.dumps(made)})
    counts = [len(seen[f"detections.{i}.scores"]) for i in range(IMAGES)]
    print(f"{directory.name}: seed {seed}, detections {counts}, boxes' deviation {seen['boxes'].std(1).mean():.2f}")


if __name__ == "__main__":
    torch.set_num_threads(1)
    root = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent / "../resources/golden"
    for name, config in VARIANTS.items():
        make(root / name, config)
