"""Every head switched off by a PyTorch hook, one text at a time, as people write it. Prints milliseconds.

    hooks.py MODEL THREADS HEADS < TEXTS        (ids of a text with commas, texts with semicolons)
"""

import sys
import time

import torch
from transformers import AutoConfig, BertModel, GPT2LMHeadModel

directory, threads, heads = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
torch.set_num_threads(threads)
texts = [torch.tensor([[int(i) for i in text.split(",")]]) for text in sys.stdin.read().strip().split(";")]
is_gpt = AutoConfig.from_pretrained(directory).model_type == "gpt2"
model = (GPT2LMHeadModel if is_gpt else BertModel).from_pretrained(directory).eval()
blocks = model.transformer.h if is_gpt else model.encoder.layer
width = model.config.hidden_size // model.config.num_attention_heads


def off(head):
    def hook(module, args):
        x = args[0].clone()
        x[..., head * width:(head + 1) * width] = 0
        return (x, *args[1:])
    return hook


@torch.inference_mode()
def sweep(some):
    found = []
    for block in blocks:
        for head in range(heads):
            target = block.attn.c_proj if is_gpt else block.attention.output.dense
            handle = target.register_forward_pre_hook(off(head))
            for ids in some:
                out = model(ids)
                found.append(float(out.logits[0, -1, 0] if is_gpt else out.last_hidden_state[0, 0, 0]))
            handle.remove()
    return found


with torch.inference_mode():
    for ids in texts:
        model(ids)
start = time.perf_counter()
sweep(texts)
print((time.perf_counter() - start) * 1e3)
