"""Hints for notebook 2: the convolutional network and its explanation."""

from __future__ import annotations

HINTS: dict[str, tuple[str, str, str]] = {
    "cnn-layers": (
        "A filter of width 3 looks at three words in a row and answers with one number: does this look like the "
        "phrase I am after? One convolution holds out_channels such filters of the same width. Now kernel_sizes "
        "has several entries, since some phrases have three words and others five. How many convolutions do you "
        "need, and in what do they differ? They all read the same embeddings. After the maximum over the review "
        "every filter has left one number. So how many numbers are left for one review, over all widths together, "
        "and why is the length of the review not among them? That count is what the linear layer reads, and it "
        "gives one logit.",
        "nn.Conv1d(in_channels, out_channels, kernel_size) moves along the last axis. One token is emb_dim "
        "numbers, and these are the input channels; the kernel size is one entry of kernel_sizes. Keep the "
        "convolutions in an nn.ModuleList: a plain Python list hides its layers from parameters(), so the "
        "optimiser would never train them, and nothing would tell you. nn.Dropout takes its rate from the argument "
        "dropout. The linear layer reads [batch, out_channels × number of kernel sizes] and gives [batch, 1]. "
        "Write no size as a number: the check builds your class with other sizes than the notebook does, with a "
        "single kernel size too.",
        "Three lines. self.convolutions = nn.ModuleList([nn.Conv1d(..., ..., size) for size in ...]). Then "
        "self.dropout = nn.Dropout(...). Then self.linear = nn.Linear(... * len(...), 1). In the first line two "
        "arguments of the class stand for the first two gaps: how many numbers come in for each token, and how "
        "many filters of this width there are? The last line multiplies the same count of filters by the number of "
        "widths. To see whether you are right, build CNN(40, 8, 5, [2, 3], 0.5, 1), print it, and count: the "
        "convolutions should have 8 input and 5 output channels. What should in_features of the linear layer be?",
    ),
    "cnn-forward": (
        "Follow one review through the figure. It starts as a row of token ids, becomes a table with one row of "
        "emb_dim numbers per token, then one map per kernel size, and ends as a single number. Somewhere on this "
        "way the length of the review disappears: reviews of 5 and of 500 tokens give the same number of features. "
        "At which step does that happen, and over which axis? And why is it good that the answer no longer depends "
        "on where in the review a phrase stood? Think of *utterly dull* at the beginning and at the end. Keep one "
        "more thing in mind: the reviews of a batch must never mix.",
        "self.embedding(text) gives [batch, length, emb_dim], but nn.Conv1d reads [batch, channels, length]. Swap "
        "the two axes with permute, never with view, which would scramble the words. Each convolution then gives "
        "[batch, out_channels, length - size + 1]. F.relu keeps that shape. amax(dim=2), or max(dim=2).values, "
        "takes the maximum over the length: [batch, out_channels]. You get one such tensor for each kernel size; "
        "torch.cat with dim=1 puts them side by side: [batch, out_channels × number of kernel sizes]. Dropout, "
        "then the linear layer: [batch, 1]. No sigmoid at the end, because the loss takes logits.",
        "embedded = self.embedding(text).permute(0, ..., ...). Then pooled = "
        "[F.relu(convolution(...)).amax(dim=...) for convolution in ...]. Then features = torch.cat(..., dim=...). "
        "At the end return the linear layer of the dropout of the features. The gaps are axes and names that you "
        "know; find the axes by printing. Put print(embedded.shape) and so on after each line and call your class "
        "on ids of shape [2, 7] with emb_dim 8, 5 channels and kernel sizes [2, 3]. You should read [2, 8, 7], "
        "then two times [2, 5], then [2, 10], then [2, 1]. Which of your lines gives another shape?",
    ),
    "pad-reference": (
        "The explanation compares the sentence with a baseline, step by step: what would the network say if these "
        "words were not there? So the baseline should be a review that says nothing. Which token says nothing to "
        "this network, because its embedding is zero and stays zero? Then think about the length. The straight "
        "line from the baseline to the sentence goes from token to token, place by place. So why must the baseline "
        "be exactly as long as the sentence, and what happens with a baseline of 7 tokens when someone types a "
        "sentence of 12? No word of the sentence itself is needed, only how many there are.",
        "ids is a tensor [batch, length] of int64. You need another tensor of the same shape and the same integer "
        "type, with the same number in every place, and ids itself has to stay as it is. torch has functions for "
        "just this, whose names end in _like: they take a tensor and copy its shape, its dtype and its device. "
        "torch.ones and torch.zeros give floats unless told otherwise, and an embedding layer does not take "
        "floats. The number is the argument pad_idx. It is not 0 and not 1 in general: the check calls your "
        "function with other padding ids, with several reviews at once, and with one review of a single token.",
        "One line is enough: return torch.full_like(..., ...). The first argument is the tensor whose shape and "
        "type are taken over, the second one is the number that fills it. Try it in a cell of its own before you "
        "run the check: pad_reference(torch.tensor([[4, 9, 2]]), 6) has to print a tensor of shape [1, 3] with 6 "
        "in each place, without a decimal point. A decimal point would mean that the type was lost. Then print the "
        "tensor that you gave in: is it still 4, 9, 2? If it is not, a function whose name ends in an underscore "
        "has written into it. Which two names go into the gaps?",
    ),
    "interpret-sentence": (
        "The scores share out one difference among the tokens: the logit of the sentence minus the logit of the "
        "baseline. For that to mean anything, the network has to see at explaining time what it sees at prediction "
        "time. Go through what your other cells do with a sentence before the network reads it. Is upper case "
        "still there? What becomes of a sentence that is shorter than the widest kernel? What about dropout, which "
        "would give another logit at every call? At the end each token should have one number, but the "
        "attributions come with one number for each of its emb_dim embedding numbers. Why do you add these up, and "
        "not average them or take their size?",
        "Go step by step. tokenize(sentence) gives lower-case tokens; put PAD behind them until there are min_len. "
        "vocabulary[token] gives an id; make a tensor of them with a batch axis, [1, length], on the model's "
        "device. model.eval(). LayerIntegratedGradients(model, model.embedding) makes the explainer; its attribute "
        "takes the ids, baselines, n_steps, method and return_convergence_delta=True. It explains the logit when "
        "you give it the model as it is, so no sigmoid. The attributions are [1, length, emb_dim]. Take the only "
        "sentence and sum over the last axis: [length]. The delta is a tensor of one number; .item() makes it a "
        "float.",
        "tokens = tokenize(sentence), then tokens += [PAD] * (...). ids = torch.tensor([[... for token in "
        "tokens]]). Switch the model to ... . Then explainer = LayerIntegratedGradients(model, model.embedding) "
        "and attributions, delta = explainer.attribute(ids, baselines=..., n_steps=n_steps, "
        "method='riemann_middle', return_convergence_delta=True). Then scores = attributions[0].sum(dim=...), and "
        "return tokens, scores, delta.item(). For the gap behind baselines you wrote a function a moment ago. Test "
        "yourself: the sum of your scores has to be close to the logit of the sentence minus the logit of the "
        "baseline, and every <pad> must have the score 0. If the sum is right and single scores are not, look at "
        "the axis that you sum over.",
    ),
}
