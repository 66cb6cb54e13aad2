"""Free text's tokens a second and first-token time, beside others' and the bound of memory.

`python -m bench.tutor`: a GPT-2 of 124 M (random weights) and the shipped model, alone and for eight askers,
by this tree's decoder, plain `transformers` and CTranslate2 (`pip install -e .[bench]`), in one run. A token
needs all weights read once: bandwidth by their bytes bounds what one asker gets. Seconds are the processor's,
of one thread, so that what else the machine does shows little.
"""

from __future__ import annotations

import argparse
import json
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import ctranslate2
import torch
from tokenizers import Tokenizer, models
from transformers import AutoTokenizer, GPT2Config, GPT2LMHeadModel, PreTrainedTokenizerFast

from tutor.__main__ import WEIGHTS
from tutor.backends.decoder import Decoder
from tutor.stop import Stop

PROMPT_TOKENS = 128
NEW_TOKENS = 32
ASKERS = 8
COPIED_BYTES = 256 * 1024 * 1024

Prompts = list[list[int]]
Generate = Callable[[Prompts, int], object]
"""Writes so many tokens after every prompt."""


@dataclass(frozen=True, slots=True)
class Row:
    model: str
    engine: str
    askers: int
    first_token_s: float
    """Until every asker has one."""
    tokens_per_s: float
    """Of all askers together, after their first."""


def measure(model: str, engine: str, generate: Generate, prompts: Prompts) -> Row:
    generate(prompts[:1], 2)
    first = _seconds(lambda: generate(prompts, 1))
    whole = _seconds(lambda: generate(prompts, NEW_TOKENS))
    written = (NEW_TOKENS - 1) * len(prompts)
    return Row(model, engine, len(prompts), first, written / max(1e-9, whole - first))


def _seconds(work: Callable[[], object]) -> float:
    begun = time.process_time()
    work()
    return time.process_time() - begun


def ours(model: Any) -> Generate:
    decoder = Decoder(model)

    @torch.inference_mode()
    def generate(prompts: Prompts, many: int) -> None:
        """One after the other, as the worker answers."""
        for ids in prompts:
            token = decoder.read(ids, 0, Stop())
            for at in range(len(ids), len(ids) + many - 1):
                token = decoder.read([token], at, Stop())

    return generate


def plain_transformers(model: Any) -> Generate:
    def generate(prompts: Prompts, many: int) -> None:
        ids = torch.tensor(prompts)
        model.generate(
            ids,
            attention_mask=torch.ones_like(ids),
            max_new_tokens=many,
            min_new_tokens=many,
            do_sample=False,
            pad_token_id=0,
        )

    return generate


def by_ctranslate2(folder: Path, compute_type: str, tokenizer: Any) -> Generate:
    generator = ctranslate2.Generator(str(folder), compute_type=compute_type, intra_threads=1)

    def generate(prompts: Prompts, many: int) -> None:
        generator.generate_batch(
            [tokenizer.convert_ids_to_tokens(ids) for ids in prompts],
            max_length=many,
            min_length=many,
            sampling_topk=1,
            include_prompt_in_result=False,
        )

    return generate


def bandwidth() -> float:
    """Bytes a second that a large copy reads and writes; the best of five."""
    source = torch.ones(COPIED_BYTES // 4)
    target = torch.empty_like(source)
    return max(2 * COPIED_BYTES / _seconds(lambda: target.copy_(source)) for _ in range(5))


def random_gpt2(folder: Path) -> None:
    """124 M parameters, in the form of `gpt2`, with words for tokens."""
    torch.manual_seed(0)
    config = GPT2Config()
    GPT2LMHeadModel(config).save_pretrained(folder)
    words = {f"t{number}": number for number in range(config.vocab_size)}
    tokenizer = Tokenizer(models.WordLevel(words, unk_token="t0"))
    last = f"t{config.vocab_size - 1}"
    PreTrainedTokenizerFast(  # type: ignore[no-untyped-call]
        tokenizer_object=tokenizer, bos_token=last, eos_token=last, unk_token="t0"
    ).save_pretrained(folder)


def rows(name: str, folder: Path, model: Any, scratch: Path) -> list[Row]:
    tokenizer = AutoTokenizer.from_pretrained(folder)
    # CTranslate2 wants a name for what no token spells, and ours spell everything.
    tokenizer.unk_token = tokenizer.unk_token or tokenizer.eos_token
    named, converted = scratch / f"{name}-named", scratch / f"{name}-converted"
    model.save_pretrained(named)
    tokenizer.save_pretrained(named)
    ctranslate2.converters.TransformersConverter(str(named)).convert(str(converted))
    drawn = torch.randint(16, model.config.vocab_size - 64, (ASKERS, PROMPT_TOKENS)).tolist()
    engines = {
        "transformers": plain_transformers(model),
        "this tree": ours(model),
        "CTranslate2 float32": by_ctranslate2(converted, "float32", tokenizer),
        "CTranslate2 int8": by_ctranslate2(converted, "int8", tokenizer),
    }
    return [
        measure(name, engine, generate, drawn[:askers])
        for askers in (1, ASKERS)
        for engine, generate in engines.items()
    ]


def main() -> None:
    parser = argparse.ArgumentParser(prog="bench.tutor", description=__doc__.splitlines()[0])
    parser.parse_args()
    torch.set_num_threads(1)
    copied = bandwidth()
    print(f"memory bandwidth {copied / 1e9:.1f} GB/s, one thread")
    figures: list[dict[str, object]] = []
    with tempfile.TemporaryDirectory() as scratch:
        large = Path(scratch) / "gpt2-124m"
        random_gpt2(large)
        for name, folder in (("gpt2-124m", large), ("shipped", WEIGHTS)):
            model: Any = GPT2LMHeadModel.from_pretrained(folder, dtype=torch.float32)
            model.eval()
            read = model.num_parameters() * 4
            print(f"\n{name}: at most {copied / read:.0f} tokens/s in float32 for one asker")
            print(f"{'engine':22}{'askers':>7}{'first token ms':>16}{'tokens/s':>10}{'x transformers':>16}")
            beside: dict[int, float] = {}
            for row in rows(name, folder, model, Path(scratch)):
                beside.setdefault(row.askers, row.tokens_per_s)
                ratio = row.tokens_per_s / beside[row.askers]
                print(
                    f"{row.engine:22}{row.askers:>7}{row.first_token_s * 1000:>16.0f}"
                    f"{row.tokens_per_s:>10.1f}{ratio:>16.2f}",
                    flush=True,
                )
                figures.append(
                    {
                        "model": name,
                        "engine": row.engine,
                        "askers": row.askers,
                        "first_token_ms": round(row.first_token_s * 1000),
                        "tokens_per_s": round(row.tokens_per_s, 1),
                    }
                )
    print(json.dumps({"bandwidth_gb_s": round(copied / 1e9, 1), "rows": figures}))


if __name__ == "__main__":
    main()
