"""What has to be there before anything is measured: programs, Python packages, traces. All is kept, and made only once."""
import os
import shutil
import subprocess
import sys

from .cases import Programs

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
REQUIREMENTS = os.path.join(ROOT, "benches", "requirements.txt")
TARGET = os.environ.get("CARGO_TARGET_DIR", os.path.join(ROOT, "target"))
SCALE_SIM = ["scalesim==3.0.0", "numpy<2.4"]


def say(text):
    print(text, file=sys.stderr, flush=True)


def virtual_environment(name, *packages):
    """A Python with these packages."""
    directory = os.path.join(TARGET, name)
    python, done = os.path.join(directory, "bin", "python"), os.path.join(directory, "installed")
    if not os.path.exists(done):
        say(f"installing {' '.join(packages)} into {directory}")
        subprocess.run([sys.executable, "-m", "venv", "--clear", directory], check=True)
        subprocess.run([python, "-m", "pip", "install", "--quiet", *packages], check=True)
        open(done, "w", encoding="ascii").close()
    return python


def programs(directory, nm_trace=None):
    """Builds what is measured. Freezes the chip: designing one is not what is measured."""
    release = os.path.join(TARGET, "release")
    build = ["cargo", "build", "--release", "--locked", "--example", "limits"]
    subprocess.run(build + ([] if nm_trace else ["--bin", "nm-trace"]), cwd=ROOT, check=True)
    nm_trace = os.path.abspath(nm_trace or os.path.join(release, "nm-trace"))
    os.makedirs(directory, exist_ok=True)
    chip = os.path.join(directory, "tpu-v1.toml")
    subprocess.run([nm_trace, "chip", "export", "tpu-v1", "-o", chip], check=True)
    python = virtual_environment("bench-venv", "-r", REQUIREMENTS)
    return Programs(nm_trace, os.path.join(release, "examples", "limits"), python, chip)


def settle(path):
    """A file that was written to in the last seconds would be read, not mapped; this one is done with."""
    an_hour_ago = os.path.getmtime(path) - 3600
    os.utime(path, (an_hour_ago, an_hour_ago))


class Traces:
    """The traces below a directory, each made when it is first asked for."""

    def __init__(self, directory, megabytes, programs):
        self.directory, self.megabytes, self.programs = directory, megabytes, programs

    def made(self, kind, share=1.0):
        """A trace of `traces.py`, of a share of the usual size."""
        megabytes = self.megabytes * share
        path = os.path.join(self.directory, f"{megabytes:g}-mb", kind)
        if not os.path.exists(path):
            os.makedirs(os.path.dirname(path), exist_ok=True)
            say(f"making {path}")
            subprocess.run([sys.executable, os.path.join(HERE, "traces.py"), kind, str(megabytes), path], check=True)
            settle(path)
        return path

    def derived(self, path, make):
        """A file made from another: `make` gets the place to write to."""
        if not os.path.exists(path):
            say(f"making {path}")
            # The ending says what is written.
            part = os.path.join(os.path.dirname(path), "part-" + os.path.basename(path))
            make(part)
            os.rename(part, path)
            settle(path)
        return path

    def converted(self, trace, path, *options):
        argv = [self.programs.nm_trace, "convert", trace, "--quiet", *options]
        return self.derived(path, lambda part: subprocess.run([*argv, "-o", part], check=True))

    def compressed(self, trace, ending):
        """By nm-trace's own libraries, which are everywhere; see `limits.rs`."""
        def pack(part):
            with open(part, "wb") as packed:
                subprocess.run([self.programs.limits, "pack" + ending, "1", trace], stdout=packed, check=True)

        return self.derived(trace + ending, pack)

    def run(self):
        """A run of SCALE-Sim, which takes some minutes."""
        out = os.path.join(self.directory, "scale-sim")
        run = os.path.join(out, "alexnet")
        if not os.path.exists(os.path.join(run, "COMPUTE_REPORT.csv")):
            say(f"running SCALE-Sim into {run} (about 6 minutes)")
            python = virtual_environment("scalesim-venv", *SCALE_SIM)
            os.makedirs(out, exist_ok=True)
            configuration = shutil.copy(os.path.join(HERE, "scale-sim", "alexnet.cfg"), out)
            topology = os.path.join(HERE, "scale-sim", "alexnet.csv")
            layout = os.path.join(out, "layout.csv")
            write_layout(topology, layout)
            argv = [python, "-W", "ignore", "-m", "scalesim.scale", "-c", configuration, "-t", topology, "-l", layout,
                    "-p", out, "-i", "conv"]
            with open(os.path.join(out, "log"), "wb") as log:
                subprocess.run(argv, check=True, stdout=log, stderr=log)
            if not os.path.exists(os.path.join(run, "COMPUTE_REPORT.csv")):
                sys.exit(f"SCALE-Sim failed; see {out}/log")
        return run


def write_layout(topology, path):
    """SCALE-Sim 3 wants a layout with a row for each layer even where layouts are off."""
    with open(topology, encoding="ascii") as layers, open(path, "w", encoding="ascii") as layout:
        layout.write("Layer name," + "x," * 20 + "\n")
        for layer in list(layers)[1:]:
            layout.write(layer.split(",")[0] + "," + "1," * 20 + "\n")
