"""From a model's name to a pipeline: what is loaded, and what an answer says of it."""

import subprocess
import sys
from pathlib import Path

import pytest
import torch
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
from transformers import GPT2Config, GPT2LMHeadModel, PreTrainedTokenizerFast

from tests.tutor.conftest import COURSE, LEXICAL, always
from tutor import calibration
from tutor.backends.failure import ModelUnusable
from tutor.backends.unread import WORDS_ALONE
from tutor.calibration import Calibrations
from tutor.service.loading import load_pipeline
from tutor.stop import Stop
from tutor.types import Mode, Question

READ = always(LEXICAL)


@pytest.fixture(scope="module")
def plain_model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A GPT-2 folder that knows no marker of ours, with a short context, as others publish them."""
    torch.manual_seed(1)
    folder = tmp_path_factory.mktemp("plain")
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    tokenizer.train_from_iterator(
        [COURSE[0].text], trainers.BpeTrainer(vocab_size=300, initial_alphabet=alphabet, show_progress=False)
    )
    tokenizer.add_special_tokens(["<|endoftext|>"])
    end = tokenizer.token_to_id("<|endoftext|>")
    configuration = GPT2Config(
        vocab_size=320, n_positions=64, n_embd=16, n_layer=1, n_head=2, bos_token_id=end, eos_token_id=end
    )
    GPT2LMHeadModel(configuration).save_pretrained(folder)
    fast = PreTrainedTokenizerFast(tokenizer_object=tokenizer, eos_token="<|endoftext|>")  # type: ignore[no-untyped-call]
    fast.save_pretrained(folder)
    return folder


def shipped_with(folder: Path, calibrations: Calibrations) -> Path:
    calibration.save(folder / calibration.FILE_NAME, calibrations)
    return folder


@pytest.mark.parametrize("mode", [Mode.QUOTED, Mode.FREE])
def test_a_gpt2_that_knows_none_of_our_markers_answers_too(
    plain_model: Path, tmp_path: Path, mode: Mode
) -> None:
    pipeline = load_pipeline(str(plain_model), shipped_with(tmp_path, READ), mode)
    answer = pipeline.answer(Question("What is a Lamport clock?", COURSE), Stop())
    assert answer.mode is mode
    assert pipeline.model == plain_model.name


def test_a_model_whose_reading_weighs_nothing_is_not_named_for_the_answer(
    plain_model: Path, tmp_path: Path
) -> None:
    shipped = shipped_with(tmp_path, READ.words_alone)
    assert load_pipeline(str(plain_model), shipped, Mode.QUOTED).model == WORDS_ALONE
    assert load_pipeline(str(plain_model), shipped, Mode.FREE).model == plain_model.name


@pytest.mark.parametrize("calibrations", [READ, READ.words_alone])
def test_what_is_no_model_is_refused_whether_it_would_be_read_or_not(
    tmp_path: Path, calibrations: Calibrations
) -> None:
    shipped = shipped_with(tmp_path, calibrations)
    with pytest.raises(ModelUnusable, match="cannot load a GPT-2 from "):
        load_pipeline(str(tmp_path / "nowhere"), shipped, Mode.QUOTED)


def test_where_words_alone_decide_nothing_of_a_model_is_loaded(tmp_path: Path) -> None:
    shipped = shipped_with(tmp_path, READ.words_alone)
    program = (
        "import sys\n"
        "from pathlib import Path\n"
        "from tutor.service.loading import load_pipeline\n"
        "from tutor.types import Mode\n"
        "print(load_pipeline(sys.argv[1], Path(sys.argv[1]), Mode.QUOTED).model)\n"
        "print(sorted({'torch', 'transformers'} & set(sys.modules)))"
    )
    command = [sys.executable, "-c", program, str(shipped)]
    made = subprocess.run(command, capture_output=True, text=True, check=True)
    assert made.stdout.splitlines() == [WORDS_ALONE, "[]"]
