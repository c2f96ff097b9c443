"""What well-known functions and methods do to objects, by name or import path: data for following a notebook."""

from __future__ import annotations

from textlab.notebook_calls import CARDS, SEEDING, SHOWING, TRAINING


def words(text: str) -> frozenset[str]:
    """The words of a text."""
    return frozenset(text.split())


MUTATORS = words(
    "append appendleft extend extendleft insert add update setdefault apply pop popleft popitem remove discard "
    "sort reverse clear rotate read readline readlines seek write writelines send push put fill subtract "
    "intersection_update difference_update symmetric_difference_update load_state_dict add_module move_to_end "
    "__setitem__ __delitem__ __setattr__ __next__"
)
"""Methods that change their object, whether or not their result is used."""
FRESH = words(
    "item tolist copy clone format join split rsplit splitlines strip lstrip rstrip lower upper title replace "
    "startswith endswith count index numel dim size encode decode hexdigest"
)
"""Methods whose result does not hold their object."""
ATOMIC = words(
    "len int float complex str bool sum abs round isinstance issubclass hasattr callable print id hash ord chr repr "
    "ascii bin hex oct bytes divmod pow range input type any all"
)
"""Builtins whose result nothing can change in place."""
CONSUMERS = words("list tuple set frozenset sorted dict sum max min any all zip enumerate map filter")
"""Builtins that go through what they are given."""
CONTAINERS = words("list tuple set frozenset sorted dict range str int float len")
"""Builtins whose result can be gone through again."""
IN_PLACE = words(
    "shuffle copyto heappush heappop heapify heapreplace insort insort_left insort_right fill_diagonal putmask place "
    "update_wrapper register_forward_hook clip_grad_norm"
)
"""Functions of packages that change their first argument."""
KEEPING = words(
    "asarray asanyarray ascontiguousarray as_tensor from_numpy squeeze ravel reshape view transpose permute "
    "broadcast_to partial deepcopy copy"
)
"""Functions of known packages whose result holds their argument."""
KNOWN_PACKAGES = words("torch torchtext numpy scipy sklearn captum math random re string textlab time")
"""Packages whose functions keep and change nothing unless listed here; classes keep what they are given."""
SHOWING_PACKAGES = words(
    "matplotlib pylab seaborn plotly bokeh altair IPython ipywidgets pprint tqdm torchsummary torchinfo torchviz "
    "logging"
)
SHOWING_BUILTINS = frozenset({"print", "display", "help", "pprint"})

AMBIENT = (
    "os.environ",
    "os.putenv",
    "os.makedirs",
    "os.mkdir",
    "os.chdir",
    "os.umask",
    "sys.path",
    "sys.setrecursionlimit",
    "warnings.filterwarnings",
    "warnings.simplefilter",
    "warnings.resetwarnings",
)
"""Calls on which whatever comes after may depend, though no name says so; cheap, so always taken."""
UNDONE = frozenset({"catch_warnings", "patch", "fork_rng"})
"""What undoes, at its end, what is set inside it."""
AMBIENT_METHODS = frozenset({"mkdir", "touch"})
DEFAULTS = (
    "random.seed",
    "numpy.random.seed",
    "numpy.seterr",
    "numpy.set_printoptions",
    "torch.manual_seed",
    "torch.random.manual_seed",
    "torch.cuda.manual_seed",
    "torch.cuda.manual_seed_all",
    "torch.set_",
    "torch.use_deterministic_algorithms",
    *sorted(SEEDING),
)
"""The same, taken only where they are a statement of their own: in loops they belong to what the loop computes."""

_TRAINS = "trains a network"
_LOADS = "downloads"
_STARTS = "starts a program"
_WAITS = "waits for input"
BARRED_METHODS = {"backward": _TRAINS, "step": _TRAINS, "rmtree": "deletes files", "unlink": "deletes files"}
"""Methods whose call keeps a statement from being run, with what it does."""
BARRED_BUILTINS = {"input": _WAITS, "exit": "ends the kernel", "quit": "ends the kernel"}
BARRED = {
    **dict.fromkeys(CARDS, "shows a card"),
    **dict.fromkeys(TRAINING, _TRAINS),
    "getpass": _WAITS,
    "subprocess": _STARTS,
    "multiprocessing": _STARTS,
    "os.system": _STARTS,
    "os.popen": _STARTS,
    "os.spawn": _STARTS,
    "os.exec": _STARTS,
    "os.fork": _STARTS,
    "pip": "installs packages",
    "os.kill": "ends a program",
    "os._exit": "ends the kernel",
    "os.abort": "ends the kernel",
    "sys.exit": "ends the kernel",
    "time.sleep": "waits",
    "asyncio.sleep": "waits",
    "os.remove": "deletes files",
    "os.unlink": "deletes files",
    "os.rmdir": "deletes files",
    "os.removedirs": "deletes files",
    "shutil.rmtree": "deletes files",
    "requests": _LOADS,
    "httpx": _LOADS,
    "wget": _LOADS,
    "gdown": _LOADS,
    "urllib.request": _LOADS,
    "socket": "uses the network",
    "nltk.download": _LOADS,
    "spacy.cli.download": _LOADS,
    "kagglehub": _LOADS,
    "huggingface_hub": _LOADS,
    "datasets.load_dataset": _LOADS,
    "gensim.downloader.load": _LOADS,
    "torch.hub": _LOADS,
    "torchtext.utils.download_from_url": _LOADS,
}
"""Functions, or modules of functions, whose call keeps a statement from being run, with what it does."""

FILE_READERS = words(
    "open load read_text read_bytes read_csv read_json loadtxt genfromtxt listdir exists isfile is_file isdir "
    "is_dir iterdir glob rglob scandir walk getsize stat"
)
FILE_WRITERS = words(
    "dump save savez savez_compressed savetxt write_text write_bytes to_csv to_json to_pickle copyfile copy2"
)


def starts_with(path: str, listed: str) -> bool:
    """Whether an import path is one that is listed, or inside it; `torch.set_` lists what begins so."""
    return path == listed or path.startswith(f"{listed}.") or (listed.endswith("_") and path.startswith(listed))


def is_showing(path: str) -> bool:
    """Whether a function of that import path only shows something."""
    return path.partition(".")[0] in SHOWING_PACKAGES or any(starts_with(path, listed) for listed in SHOWING)


def barred_path(path: str) -> str:
    """What a call of that import path does that is never done here; "" for all others."""
    parts = path.split(".")
    for end in range(len(parts), 0, -1):
        if reason := BARRED.get(".".join(parts[:end])):
            return reason
    if path.startswith(("os.spawn", "os.exec")):
        return _STARTS
    return ""
