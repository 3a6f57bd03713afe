"""PyTorch eager as a peer: transformers' models as a user gets them, with its defaults.

Reads one JSON request a line on standard input and answers with one line; the requests are those
of vitrine.bench.workers.Worker.
"""

import json
import statistics
import sys
import time
import traceback

import numpy as np
import torch
import transformers
from transformers import BertForMaskedLM, BertModel, DynamicCache, GPT2LMHeadModel

WARM_RUNS = 3
COMPARED_STEPS = 3
LEARNING_RATE = 1e-4
WEIGHT_DECAY = 0.01


def times(repeat, run):
    """Milliseconds of each repetition."""
    out = []
    for _ in range(repeat):
        start = time.perf_counter_ns()
        run()
        out.append((time.perf_counter_ns() - start) / 1e6)
    return out


class Forward:
    """A forward pass: GPT-2's logits, or BERT's last hidden states."""

    def __init__(self, model, work):
        self.model = model
        self.ids = torch.tensor(work["ids"])
        self.rows = work.get("rows", "ALL")

    @torch.inference_mode()
    def run(self):
        if isinstance(self.model, GPT2LMHeadModel):
            if self.rows == "LAST":
                return self.model(self.ids, use_cache=True, logits_to_keep=1).logits
            return self.model(self.ids, use_cache=False).logits
        return self.model(self.ids).last_hidden_state

    def output(self):
        return self.run()

    def time(self, repeat):
        return times(repeat, self.run)


class Decode:
    """One token after another, with transformers' own cache."""

    def __init__(self, model, work):
        self.model = model
        self.context = torch.tensor([work["context"]])
        self.next = [torch.tensor([[token]]) for token in work["next"]]

    @torch.inference_mode()
    def filled(self):
        cache = DynamicCache(config=self.model.config)
        self.model(self.context, past_key_values=cache, use_cache=True, logits_to_keep=1)
        return cache

    @torch.inference_mode()
    def step(self, cache, i):
        return self.model(self.next[i], past_key_values=cache, use_cache=True).logits

    def output(self):
        cache = self.filled()
        return torch.cat([self.step(cache, i) for i in range(len(self.next))])

    def time(self, repeat):
        out = []
        while len(out) < repeat:
            cache = self.filled()
            for i in range(min(len(self.next), repeat - len(out))):
                out += times(1, lambda: self.step(cache, i))
        return out


class Gradient:
    """Loss, and its gradient to the token embeddings alone: weights are frozen."""

    def __init__(self, model, work):
        self.model = model
        self.ids = torch.tensor(work["ids"])
        self.labels = torch.tensor(work["labels"])
        self.model.requires_grad_(False)

    def run(self):
        embeddings = self.model.get_input_embeddings()(self.ids).requires_grad_(True)
        extra = {"use_cache": False} if isinstance(self.model, GPT2LMHeadModel) else {}
        self.model(inputs_embeds=embeddings, labels=self.labels, **extra).loss.backward()
        return embeddings.grad

    def output(self):
        return self.run()

    def time(self, repeat):
        return times(repeat, self.run)


class Training:
    """Forward, backward and AdamW, as torch has it by default: on a CPU, one tensor after the other."""

    def __init__(self, model, work):
        self.model = model
        self.ids = torch.tensor(work["ids"])
        self.labels = torch.tensor(work["labels"])
        # As usual, and as ours: biases and LayerNorms do not decay.
        decayed = [p for p in model.parameters() if p.dim() >= 2]
        others = [p for p in model.parameters() if p.dim() < 2]
        self.optimizer = torch.optim.AdamW(
            [
                {"params": decayed, "weight_decay": WEIGHT_DECAY},
                {"params": others, "weight_decay": 0.0},
            ],
            lr=LEARNING_RATE,
        )

    def step(self):
        extra = {"use_cache": False} if isinstance(self.model, GPT2LMHeadModel) else {}
        loss = self.model(self.ids, labels=self.labels, **extra).loss
        loss.backward()
        self.optimizer.step()
        self.optimizer.zero_grad()
        return loss.detach()

    def output(self):
        return torch.stack([self.step() for _ in range(COMPARED_STEPS)])

    def time(self, repeat):
        return times(repeat, self.step)


KINDS = {"forward": Forward, "decode": Decode, "gradient": Gradient, "training": Training}


class Worker:
    """The requests."""

    def __init__(self):
        self.model = None
        self.jobs = {}

    def open(self, request):
        torch.set_num_threads(request["threads"])
        with open(request["model"] + "/config.json", encoding="utf-8") as file:
            family = json.load(file)["model_type"]
        if family == "gpt2":
            kind = GPT2LMHeadModel
        else:
            kind = BertModel if request["task"] == "FORWARD" else BertForMaskedLM
        self.model = kind.from_pretrained(request["model"])
        # Dropout is 0 in the config, so that training mode changes nothing else.
        self.model.train(request["task"] == "TRAINING")
        attention = self.model.config._attn_implementation
        return {
            "version": f"PyTorch {torch.__version__}, transformers {transformers.__version__},"
            f" attention {attention}, {torch.get_num_threads()} threads"
        }

    def prepare(self, request):
        work = request["work"]
        job = KINDS[work["kind"]](self.model, work)
        self.jobs[request["name"]] = job
        values = job.output().detach().numpy().astype("<f4", copy=False)
        values.tofile(request["out"])
        return {"count": int(np.prod(values.shape))}

    def warm(self, request):
        job = self.jobs[request["name"]]
        end = time.monotonic() + request["seconds"]
        last = job.time(WARM_RUNS)
        while time.monotonic() < end:
            last = job.time(WARM_RUNS)
        return {"ms": statistics.median(last)}

    def time(self, request):
        return {"ms": self.jobs[request["name"]].time(request["repeat"])}


def main():
    out = sys.stdout
    sys.stdout = sys.stderr
    worker = Worker()
    operations = {
        "open": worker.open,
        "prepare": worker.prepare,
        "warm": worker.warm,
        "time": worker.time,
    }
    for line in sys.stdin:
        request = json.loads(line)
        try:
            answer = operations[request["op"]](request)
        except Exception as error:  # told to the other side, which reports it in the table
            traceback.print_exc()
            answer = {"error": f"{type(error).__name__}: {error}"}
        print(json.dumps(answer), file=out, flush=True)


main()
