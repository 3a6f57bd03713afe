"""Loads a directory that Vitrine saved with transformers, and compares logits.

    ./vitrine run --model DIR --ids 1,2,3 --read logits --out OUT
    python tests/generators/check_saved_model.py DIR OUT

DIR is the saved model, OUT what `vitrine run` left: the ids are read from its run.json, the logits
from logits.npy. Says the largest difference, and ends with status 1 when it is above 1e-4, when
transformers finds tensors missing or left over, or when the tokenizer files give other ids than the
ones that `vitrine tokenize --json` gave (a file, as a third argument, beside a fourth, the text).

Versions: requirements.txt.
"""

import json
import sys
from pathlib import Path

import numpy
import torch
import transformers

TOLERANCE = 1e-4


def main(saved, out, tokens=None, text=None):
    config = transformers.AutoConfig.from_pretrained(saved)
    model_class = getattr(transformers, config.architectures[0])
    model, loading = model_class.from_pretrained(
        saved, output_loading_info=True, attn_implementation="eager", dtype=torch.float32
    )
    model.eval()
    problems = {key: sorted(names) for key, names in loading.items() if names}
    run = json.loads((Path(out) / "run.json").read_text())
    ids = run["tokens"]["ids"]
    rows = ids if isinstance(ids[0], list) else [ids]
    ours = numpy.load(Path(out) / "logits.npy")
    worst = 0.0
    with torch.no_grad():
        for row, each in zip(rows, ours):
            theirs = model(input_ids=torch.tensor([row])).logits[0].numpy()
            worst = max(worst, float(numpy.abs(theirs - each[: len(theirs)]).max()))
    print(f"{config.architectures[0]}: {sum(p.numel() for p in model.parameters())} parameters, "
          f"labels {config.id2label if hasattr(config, 'id2label') else None}")
    print(f"loading: {problems or 'nothing missing, nothing left over'}")
    print(f"logits: {len(rows)} rows, largest difference {worst:.3g}")
    wrong = bool(problems) or not worst <= TOLERANCE
    if tokens:
        tokenizer = transformers.AutoTokenizer.from_pretrained(saved)
        expected = json.loads(Path(tokens).read_text())["ids"]
        found = tokenizer(text)["input_ids"]
        print(f"tokenizer: {type(tokenizer).__name__}, ids {'agree' if found == expected else found}")
        wrong |= found != expected
    if model.can_generate():
        print(f"generation: {model.generation_config.to_diff_dict()}")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
