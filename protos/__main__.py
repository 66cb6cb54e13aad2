"""Generate the stubs: `python -m protos`. With `--check`, fail when a committed stub is not current."""

import sys
import tempfile
from pathlib import Path

import grpc_tools
from grpc_tools import protoc

HERE = Path(__file__).parent
ROOT = HERE.parent


def generate(out: Path) -> None:
    """Write the stubs of every `.proto` file into `out`/protos. Raises SystemExit when protoc refuses one."""
    sources = sorted(f"protos/{path.name}" for path in HERE.glob("*.proto"))
    well_known = Path(grpc_tools.__file__).parent / "_proto"
    outputs = [f"--{kind}_out={out}" for kind in ("python", "grpc_python", "mypy", "mypy_grpc")]
    # The plugins stand beside this interpreter, which need not be on the PATH.
    scripts = Path(sys.executable).parent
    plugins = [
        f"--plugin=protoc-gen-{kind}={scripts / f'protoc-gen-{kind}'}" for kind in ("mypy", "mypy_grpc")
    ]
    status = protoc.main(["protoc", *plugins, f"-I{ROOT}", f"-I{well_known}", *outputs, *sources])
    if status:
        raise SystemExit(status)


def stale(fresh: Path) -> list[str]:
    """Names of stubs in the tree that differ from those in `fresh`."""
    return sorted(
        path.name
        for path in fresh.iterdir()
        if not (HERE / path.name).exists() or (HERE / path.name).read_bytes() != path.read_bytes()
    )


def main() -> None:
    if sys.argv[1:] != ["--check"]:
        generate(ROOT)
        return
    with tempfile.TemporaryDirectory() as folder:
        generate(Path(folder))
        if names := stale(Path(folder) / "protos"):
            raise SystemExit(f"stale stubs: {', '.join(names)}; run `python -m protos`")
    print("generated stubs are current")


if __name__ == "__main__":
    main()
