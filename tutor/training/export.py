"""A trained model as a standard GPT-2 folder: configuration, tokenizer and half-precision weights."""

import hashlib
from pathlib import Path

import torch
from tokenizers import Tokenizer
from transformers import GPT2Config, GPT2LMHeadModel

from tutor.prompt import END_OF_TEXT
from tutor.training.sizes import Size
from tutor.training.tokenizer import save_tokenizer, token_id

SHARD_SIZE = "15MB"


def new_model(size: Size, tokenizer: Tokenizer) -> GPT2LMHeadModel:
    """An untrained GPT-2 of `size`."""
    end = token_id(tokenizer, END_OF_TEXT)
    configuration = GPT2Config(
        vocab_size=size.vocabulary,
        n_positions=size.context,
        n_embd=size.width,
        n_layer=size.layers,
        n_head=size.heads,
        resid_pdrop=size.dropout,
        embd_pdrop=size.dropout,
        attn_pdrop=size.dropout,
        bos_token_id=end,
        eos_token_id=end,
        pad_token_id=end,
        use_cache=False,
    )
    configuration.update({"model_name": size.name, "selector": True})
    return GPT2LMHeadModel(configuration)


def export(model: GPT2LMHeadModel, tokenizer: Tokenizer, size: Size, folder: Path) -> dict[str, str]:
    """Writes the folder; returns the SHA-256 of each shard of the weights, in hexadecimal."""
    folder.mkdir(parents=True, exist_ok=True)
    model.config.use_cache = True
    torch.nn.Module.half(model)
    model.save_pretrained(folder, max_shard_size=SHARD_SIZE)
    save_tokenizer(tokenizer, folder, size.context)
    shards = sorted(folder.glob("*.safetensors"))
    return {shard.name: hashlib.sha256(shard.read_bytes()).hexdigest() for shard in shards}
