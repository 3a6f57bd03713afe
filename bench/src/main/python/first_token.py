"""A minimal program: from its start to the first new token, with transformers."""

import json
import sys

import torch
from transformers import AutoTokenizer, GPT2LMHeadModel

directory, text, threads = sys.argv[1], sys.argv[2], int(sys.argv[3])
torch.set_num_threads(threads)
tokenizer = AutoTokenizer.from_pretrained(directory)
model = GPT2LMHeadModel.from_pretrained(directory)
with torch.inference_mode():
    ids = tokenizer(text, return_tensors="pt").input_ids
    logits = model(ids, logits_to_keep=1).logits
new = int(logits[0, -1].argmax())
tokenizer.decode([*ids[0].tolist(), new])
print(json.dumps({"new_ids": [new]}), flush=True)
