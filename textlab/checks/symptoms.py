"""Help by symptom: the usual error texts, what each means, its usual cause in these notebooks, and what to do."""

from __future__ import annotations

import re
from dataclasses import dataclass


@dataclass(frozen=True)
class Symptom:
    """One kind of error. `pattern` is searched in `Type: text of the error`."""

    id: str
    pattern: str
    means: str
    likely: str
    next: str

    @property
    def shown(self) -> str:
        """The error text as a reader knows it: the pattern without its signs."""
        return re.sub(r"\\d\+|\.\*", "…", self.pattern).replace("\\", "").replace("|", " | ")


SYMPTOMS = (
    Symptom(
        "kit-answer",
        r"KitAnswer: this calls the kit's own answer",
        "a blank was filled in with the function that the kit has for the same thing",
        "what you wrote for this blank calls a function of textlab that does what the blank asks for",
        "write it yourself; where the notebook imports that function, it is for the parts that come after",
    ),
    # Shapes.
    Symptom(
        "linear-width",
        r"mat1 and mat2 shapes cannot be multiplied",
        "a linear layer got rows of another width than it was made for",
        "in_features is not the number of features that come in: all kernel sizes of a CNN together, both directions "
        "of an RNN; or the maximum or the joining went along the wrong axis",
        "print the shape just before the linear layer; its last number has to be in_features",
    ),
    Symptom(
        "conv-channels",
        r"expected input.* to have \d+ channels, but got \d+ channels",
        "a convolution reads the wrong axis as its channels",
        "the embeddings came in as [batch, length, emb_dim]; Conv1d wants [batch, emb_dim, length]",
        "swap the last two axes with permute(0, 2, 1) before the convolution",
    ),
    Symptom(
        "conv-dimensions",
        r"Expected 2D \(unbatched\) or 3D|Expected 3D \(unbatched\) or 4D|Expected 3-dimensional input",
        "a convolution got a tensor with too many or too few axes",
        "Conv1d wants three axes, [batch, channels, length]; Conv2d wants four, with a channel axis made by "
        "unsqueeze(1)",
        "print the shape before the convolution and compare it with the figure",
    ),
    Symptom(
        "kernel-too-wide",
        r"Kernel size can't be greater than actual input size",
        "a kernel is wider than what it slides over",
        "the review is shorter than the kernel, or the kernel slides over the wrong axis (emb_dim or the channels)",
        "check that the last axis is the length; pad short sentences up to the widest kernel",
    ),
    Symptom(
        "cat-sizes",
        r"Sizes of tensors must match except in dimension|Tensors must have same number of dimensions",
        "tensors that are joined differ in an axis that is not joined",
        "the maximum over the length is missing, so each kernel size has another length, or dim is the wrong axis",
        "print the shapes in the list that goes into torch.cat; only the axis dim may differ",
    ),
    Symptom(
        "stack-sizes",
        r"stack expects each tensor to be equal size",
        "torch.stack makes a new axis, so all tensors need one shape",
        "the tensors still have their own lengths, or cat is meant: it puts them side by side",
        "take the maximum over the length first, then join with torch.cat(…, dim=1)",
    ),
    Symptom(
        "broadcast",
        r"The size of tensor a \(\d+\) must match the size of tensor b",
        "two tensors meet in + - * / or a comparison and their shapes do not fit",
        "one of them has an axis too many, such as [batch, 1] beside [batch], or another length",
        "print both shapes; reshape(-1) makes [batch] of [batch, 1]",
    ),
    Symptom(
        "loss-sizes",
        r"Target size \(.*\) must be the same as input size",
        "the loss got logits and labels of different shapes",
        "logits are [batch, 1], labels are [batch]; or squeeze() took the axis of a batch of one review away",
        "use logits.reshape(-1), which gives [batch] for any batch",
    ),
    Symptom(
        "bce-range",
        r"all elements of input should be between 0 and 1",
        "binary_cross_entropy wants probabilities and got logits",
        "the loss without _with_logits was used",
        "take F.binary_cross_entropy_with_logits, which applies the sigmoid itself",
    ),
    Symptom(
        "view-shape",
        r"shape '.*' is invalid for input of size|view size is not compatible",
        "view or reshape was asked for a shape that does not hold these numbers",
        "a size is written out as a number, or view is used where axes have to be swapped",
        "to swap axes use permute; to flatten use reshape with -1 for one size",
    ),
    Symptom(
        "axis-range",
        r"Dimension out of range",
        "an axis was named that the tensor does not have",
        "an axis is gone already: a maximum, an index or squeeze() took it away",
        "print the shape one line before; axes count from 0",
    ),
    Symptom(
        "unpack",
        r"not enough values to unpack|too many values to unpack",
        "more or fewer names stand left of = than values come back",
        "an LSTM gives output, (hidden, cell), a GRU output, hidden; max(dim=…) gives values and indices",
        "look up what the call on the right gives back, and name exactly that",
    ),
    # Recurrent layers.
    Symptom(
        "lengths-1d",
        r"'lengths' argument should be a 1D CPU|index_select\(\): Index is supposed to be a vector",
        "packing wants the lengths as whole numbers in one row, on the CPU",
        "lengths were moved to the GPU with the ids, or have an axis too many",
        "hand over lengths.cpu(), of shape [batch]",
    ),
    Symptom(
        "unsorted",
        r"array must be sorted in decreasing order",
        "packing was asked to believe that the longest review comes first",
        "enforce_sorted is True unless you say otherwise; our batches come in any order",
        "add enforce_sorted=False to pack_padded_sequence",
    ),
    Symptom(
        "recurrent-width",
        r"input\.size\(-1\) must be equal to input_size",
        "a recurrent layer reads the wrong axis, or was made for another width",
        "input_size is not embedding_dim, or axes were swapped although batch_first=True",
        "give embedding_dim as the first argument, and the embeddings as [batch, length, embedding_dim]",
    ),
    Symptom(
        "packed-batch",
        r"Expected `len\(lengths\)` to be equal to batch_size|start \(\d+\) \+ length \(\d+\) exceeds dimension size",
        "the lengths do not belong to the axis that packing takes for the batch",
        "batch_first=True is missing in pack_padded_sequence, so it takes axis 1 for the batch",
        "write pack_padded_sequence(…, …, batch_first=True, enforce_sorted=False)",
    ),
    # Types and devices.
    Symptom(
        "indices-type",
        r"argument #1 'indices' to have one of the following scalar types",
        "an embedding looks rows up by whole numbers and got others",
        "torch.ones, torch.zeros or / made floats of the ids",
        "keep ids int64: the functions that end in _like keep the type, or use .long()",
    ),
    Symptom(
        "float-or-long",
        r"expected scalar type|must have the same dtype|Found dtype|result type .* can't be cast|"
        r"Input type \(.*\) and bias type|expected m1 and m2 to have the same dtype",
        "two tensors of different number types meet",
        "ids (whole numbers) go where embeddings are wanted, or float64 numbers from numpy meet float32 weights",
        "print both dtypes; .float() makes float32",
    ),
    Symptom(
        "device",
        r"Expected all tensors to be on the same device|is not on the expected device|onto? meta|meta tensor",
        "one tensor is on the GPU, the other on the CPU",
        "a tensor was made inside a function without saying where: torch.tensor and torch.zeros make it on the CPU",
        "make it with device=… of the model or of the input, or move it with .to(…)",
    ),
    Symptom(
        "grad-to-numpy",
        r"Can't call numpy\(\) on Tensor that requires grad",
        "numpy cannot hold a tensor that remembers its computation",
        "the logits were computed with gradients on",
        "compute them under torch.no_grad(), or call .detach() before .numpy()",
    ),
    Symptom(
        "boolean-tensor",
        r"Boolean value of Tensor with more than one value is ambiguous",
        "if, and, or, not want one truth value and got many",
        "a comparison of whole tensors stands behind if, or min and max of Python were used on tensors",
        "say what you mean: .any(), .all(), or .item() for a tensor of one number",
    ),
    # Gradients.
    Symptom(
        "no-gradient",
        r"element 0 of tensors does not require grad",
        "backward() was called on a number that remembers no computation",
        "the loss was computed under torch.no_grad(), from loss.item(), or gradients were left switched off after "
        "validation",
        "take no_grad only around the validation; call backward() on the loss tensor itself",
    ),
    Symptom(
        "backward-twice",
        r"Trying to backward through the graph a second time",
        "one computation was asked for gradients twice",
        "backward() is called on a sum of the losses of earlier batches, or twice on one loss",
        "add up loss.item(), and call backward() once on each batch's own loss",
    ),
    Symptom(
        "in-place",
        r"modified by an inplace operation|leaf Variable that requires grad is being used in an in-place",
        "a tensor was overwritten that is still needed for gradients",
        "a function whose name ends in _, such as relu_ or copy_, or += on a tensor, or weights changed without "
        "torch.no_grad()",
        "write x = x + y in place of x += y; change weights only under torch.no_grad()",
    ),
    Symptom(
        "unused-layer",
        r"appears to not have been used in the graph|did not obtain any outputs for given layer",
        "gradients were asked for a layer that the output does not depend on",
        "forward does not call self.embedding, or cuts the way with detach() or no_grad()",
        "begin forward with self.embedding(text), and use what it gives from there on",
    ),
    # Weights.
    Symptom(
        "state-dict",
        r"Error\(s\) in loading state_dict|Expected state_dict to be dict-like",
        "weights were loaded into a network with other layers or sizes, or none were kept",
        "layers are made in forward or depend on more than the arguments, or best_weights is still None",
        "make every layer in __init__ from the arguments; copy the weights at the first epoch too",
    ),
    Symptom(
        "embedding-range",
        r"index out of range in self",
        "an embedding was asked for a row that it does not have",
        "the embedding has fewer rows than there are ids: its first argument is not vocab_size, or ids and "
        "vocabulary do not belong together",
        "make it nn.Embedding(vocab_size, …), or from the whole matrix",
    ),
    # What surrounds a notebook.
    Symptom(
        "newer-python",
        r"needs Python \d+|comes with Python \d+|written with Python \d+",
        "the code is written for a newer Python than the one that reads it",
        "the Python that reads the notebook is older than the one that it was written with; both are named above",
        "write the named line as the older Python knows it, or use a Python of the older version for your notebooks",
    ),
    Symptom(
        "text-cell",
        r"is a text cell",
        "the code stands in a cell of text, and such cells are not run",
        "the cell was switched to Markdown or Raw; Jupyter does that when M or R is pressed beside a cell",
        "select the cell, choose Code in the list above the notebook (or press Esc, then Y), run it, and save",
    ),
    Symptom(
        "cuda-written-out",
        r"Found no NVIDIA driver|Torch not compiled with CUDA|No CUDA GPUs are available|Cannot access accelerator|"
        r"deserialize object on a CUDA device|CUDA driver version is insufficient|linked with support for mps",
        "a tensor or a network was sent to a GPU, and there is none here",
        'the device is written out, such as "cuda" in .to("cuda"), device="cuda" or .cuda(); graded code runs on the '
        "CPU",
        'take the device of what comes in, such as text.device, or "cuda" if torch.cuda.is_available() else "cpu"',
    ),
    Symptom(
        "no-file",
        r"No such file or directory|Parent directory .* does not exist|FileNotFoundError",
        "a file or folder was asked for that is not there",
        "beside a notebook only small files of text come along when it is handed in, and what a cell makes that is "
        "not run is not there",
        "make what the function needs inside it (os.makedirs for a folder), or hand the small file in as well",
    ),
    # Lines that Python cannot read.
    Symptom(
        "indentation",
        r"IndentationError|TabError|unexpected indent|expected an indented block|unindent does not match|"
        r"inconsistent use of tabs",
        "the spaces at the beginning of a line do not fit the lines around it",
        "the line stands further left or right than its block, or a block after a colon is empty: a comment alone "
        "does not fill it",
        "compare the named line with the one above: four spaces a level, no tabs; select lines and press Tab or "
        "Shift+Tab to move them",
    ),
    Symptom(
        "syntax",
        r"SyntaxError|does not parse",
        "the line is no Python, so its whole block is left out",
        "a typo there or at the end of the line above: a bracket or quote that is not closed, a colon missing after "
        "def, class, if or for, = in place of ==, a dash or quote pasted from a page",
        "mend the named line: run its cell, Python puts a ^ under the place",
    ),
    # Classes, names and calls.
    Symptom(
        "no-super-init",
        r"before Module\.__init__\(\) call",
        "a layer was put into a module that is not set up",
        "super().__init__() is missing, or comes after the first layer",
        "make super().__init__() the first line of __init__",
    ),
    Symptom(
        "no-forward",
        r'Module \[.*\] is missing the required "forward" function',
        "a module was called that cannot be called",
        "nn.ModuleList is only a list of layers: it has no forward; or the name forward is misspelt in the class",
        "loop over the list and call each layer; write def forward(self, …) as the notebook gives it",
    ),
    Symptom(
        "tuple",
        r"'tuple' object has no attribute|not tuple|got torch\.return_types|'torch\.return_types",
        "a call gave back several values, and they were used as if they were one tensor",
        "an LSTM gives output, (hidden, cell); max(dim=…) gives values and indices",
        "take the value that you mean: hidden, (hidden, cell), .values, or amax in place of max",
    ),
    Symptom(
        "list",
        r"'list' object has no attribute|not list\b",
        "a Python list was used as if it were a tensor",
        "the pooled maps or the tokens are still a list",
        "make one tensor of it: torch.cat for a list of tensors, torch.tensor for a list of numbers",
    ),
    Symptom(
        "none",
        r"'NoneType' object",
        "something is None, mostly because a function has no return",
        "a return is missing, or a variable that starts as None was never set",
        "follow the name in the line above back to where it gets its value",
    ),
    Symptom(
        "no-attribute",
        r"AttributeError: .*object has no attribute",
        "an object was asked for something that it does not have",
        "forward and __init__ use two different names for one layer, or __init__ never makes it",
        "compare the name letter by letter with the one in __init__",
    ),
    Symptom(
        "no-module",
        r"No module named|cannot import name",
        "an import failed: Python does not find that package, or that name in it",
        "the name is misspelt, the package is none of the kit's, which are all that is there when you are graded, or "
        "the module is a file that does not lie beside the notebook",
        "mend the import in the cell that failed, or do without it; then restart the kernel and run all cells; hand "
        "your own modules in beside the notebook",
    ),
    Symptom(
        "failed-above",
        r", because cell .* failed: ",
        "a name has no value, because the line that should give it one failed",
        "the cell with that line was never run to its end in the order of the notebook",
        "mend that line first; then restart the kernel and run all cells from the top",
    ),
    Symptom(
        "left-over-raise",
        r"raise NotImplementedError still stands",
        "the function stops at the placeholder of the blank",
        "your code stands beside the line that it should stand in place of",
        "delete the line with raise NotImplementedError",
    ),
    Symptom(
        "name",
        r"NameError|UnboundLocalError",
        "a name was used that has no value",
        "an import or a cell above was not run or was deleted, or self. is missing in front of the name",
        "restart the kernel and run all cells from the top; if it stays, the name is misspelt or never set",
    ),
    Symptom(
        "missing-argument",
        r"missing \d+ required (positional|keyword-only) argument",
        "a call has too few arguments",
        "a network is called without lengths, or super().__init__ or a layer without all it needs",
        "compare the call with the first line (def …) of what is called",
    ),
    Symptom(
        "too-many-arguments",
        r"got an unexpected keyword argument|positional arguments? but \d+ (was|were) given|"
        r"got multiple values for argument",
        "a call has arguments that the function does not take",
        "the first line of the class or function was changed: the checks use names and order as given",
        "put the def line back as the notebook gives it",
    ),
    Symptom(
        "key",
        r"KeyError",
        "a dictionary has no such key",
        "a word was looked up in a dictionary that has no unknown words, or with upper case",
        "look tokens up with vocabulary[token], which gives <unk> for unknown ones; check the spelling of keys",
    ),
    Symptom(
        "not-callable",
        r"object is not callable",
        "round brackets stand behind something that is no function",
        "a list was called (index it with square brackets), or a name of a function was used for a number",
        "loop over a list of layers and call each; do not name variables like functions",
    ),
    Symptom(
        "empty-division",
        r"ZeroDivisionError",
        "something was divided by 0",
        "the number of reviews was never counted up, or a list of batches was used up by an earlier loop",
        "print the number that you divide by; keep batches in a list, since an iterator can be walked once only",
    ),
    # No error, but nothing that can be judged.
    Symptom(
        "no-return",
        r"^: NoneType where",
        "the call gave back nothing",
        "the line with return is missing",
        "end the function with return and the result",
    ),
    Symptom(
        "not-finite",
        r"NaN or infinity|the number (nan|inf|-inf)|that is no number",
        "the result is not a number any more",
        "log or division of 0, mean of nothing, or a learning rate that is far too large",
        "print the values line by line until the first nan or inf shows up",
    ),
    Symptom(
        "changed-input",
        r"the call changed the tensor that it was given",
        "the function overwrote its argument",
        "a function whose name ends in _ , or an assignment such as ids[:] = …",
        "make a new tensor and leave the given one alone",
    ),
    Symptom(
        "other-type",
        r"^: .*where (a tensor|an nn\.Module|tensors|.*) (was|were) expected",
        "the call gave back another kind of object than asked",
        "a step that makes the result is missing, such as torch.cat, or the class is no nn.Module",
        "compare what you return with the line Shapes of the task",
    ),
)
UNKNOWN = Symptom(
    "unknown",
    "",
    "an error that is not in this list",
    "this error is not one of the known ones",
    "read the line named above; print the type and the shape of everything it uses",
)


def find_symptom(type_name: str, message: str) -> Symptom:
    """The first symptom whose pattern is in the error, else `UNKNOWN`; `type_name` may be ""."""
    said = f"{type_name}: {message}"
    return next((symptom for symptom in SYMPTOMS if re.search(symptom.pattern, said)), UNKNOWN)


def matching_symptoms(text: str) -> list[Symptom]:
    """The symptoms of an error text as a student pastes it; all of them when there is no text."""
    return [symptom for symptom in SYMPTOMS if not text.strip() or re.search(symptom.pattern, text)]
