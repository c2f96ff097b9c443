"""Hints for notebook 1: the recurrent network, training, F1."""

from __future__ import annotations

HINTS: dict[str, tuple[str, str, str]] = {
    "rnn-layers": (
        "A recurrent layer reads one token after the other and keeps hidden_dim numbers in mind. At the end these "
        "numbers sum up the review, and a linear layer turns them into one logit. With two directions a second "
        "reader starts at the end of the review and keeps hidden_dim numbers of its own; the summary is both of "
        "them, side by side. With two layers, the second layer reads what the first one thinks about each token, "
        "and only the second one's last state goes into the summary. So: how many numbers sum up a review with one "
        "direction, how many with two? And why does the number of layers not change that?",
        "nn.LSTM and nn.GRU take (input_size, hidden_size, num_layers) and the options batch_first, bidirectional "
        "and dropout. What goes in are embeddings [batch, length, embedding_dim], so input_size is embedding_dim "
        "and batch_first has to be True. The option dropout works between layers: with one layer it does nothing "
        "and torch warns. So hand the rate on only when n_layers is more than 1. The summary needs a dropout layer "
        "of its own, nn.Dropout, made here so that eval() reaches it. nn.Linear reads hidden_dim numbers for every "
        "direction, shape [batch, hidden_dim × directions], and gives [batch, 1].",
        "Write three lines. First: self.recurrent = nn.LSTM(embedding_dim, ..., ..., batch_first=True, "
        "bidirectional=..., dropout=...). For the last option work out the rate before: it is dropout when "
        "n_layers is above 1, otherwise 0. Second: self.dropout = nn.Dropout(...). Third: self.linear = "
        "nn.Linear(..., 1). The width of the third line is hidden_dim once or twice, and one argument of the class "
        "says which. Write that down as an expression with if and else. Then build the class with "
        "bidirectional=True and with bidirectional=False and print both linear layers. Do their widths differ as "
        "you expect?",
    ),
    "rnn-forward": (
        "Imagine reading a review of 3 tokens that was padded to 50. You have understood the review after 3 "
        "tokens. Then come 47 tokens that mean nothing, and with each of them you keep a little less in mind. The "
        "reader who starts at the end has it worse: it begins with 47 tokens of nothing. So both readers should "
        "see the real tokens only. That is what packing does: it takes the lengths and leaves the padding out, and "
        "the last state is the one after the last real token. Why would it not be enough that the embedding of the "
        "padding token is zero? Look again at the experiment with the small LSTM above.",
        "pack_padded_sequence takes the embedded reviews [batch, length, embedding_dim], their lengths [batch], "
        "batch_first=True and, because reviews come in any order, enforce_sorted=False. Give the packed reviews to "
        "your recurrent layer. An LSTM answers output, (hidden, cell); a GRU answers output, hidden. You want "
        "hidden, of shape [layers × directions, batch, hidden_dim]. It is ordered by layer, and within a layer by "
        "direction, forward first. So with one direction the last entry is the last layer's; with two directions "
        "the last two are. Join those two along the axis of the numbers, to [batch, 2 × hidden_dim]. Then dropout, "
        "then the linear layer: [batch, 1].",
        "Five lines. embedded = self.embedding(text). packed = pack_padded_sequence(embedded, ..., "
        "batch_first=True, enforce_sorted=...). Then output, (hidden, cell) = self.recurrent(packed) for an LSTM. "
        "The summary needs two cases: with two directions torch.cat([hidden[...], hidden[...]], dim=...), "
        "otherwise hidden[...]. Your recurrent layer knows which case it is: self.recurrent.bidirectional. At the "
        "end return the linear layer of the dropout of the summary. Which two entries of hidden belong to the last "
        "layer? Count from the end, and check it with the table of hidden and output further up: n_layers=2 with "
        "one direction also has two entries, and only one of them is right.",
    ),
    "train-model": (
        "An epoch has two halves. In the first the model learns from the training batches. In the second it is "
        "only looked at, on the validation batches: nothing may change there, dropout has to be off and no "
        "gradients are needed. After each epoch you compare its validation loss with the best one so far. Two "
        "things have to be remembered from epoch to epoch: how good the best epoch was, together with the weights "
        "the model had then, and how many epochs in a row have brought nothing better. Which of these is set back "
        "when a new best comes, and why? And what has to be switched at the beginning of each half?",
        "Make torch.optim.Adam(model.parameters(), lr=learning_rate) once, before the loop. For a batch: logits = "
        "model(batch.ids, batch.lengths), [batch, 1]; reshape(-1) makes it [batch] like batch.labels; then "
        "F.binary_cross_entropy_with_logits. In training zero_grad, backward, step. Add up loss.item() × "
        "len(batch) and divide by the number of reviews at the end of the half. model.train() belongs to the first "
        "half, model.eval() and torch.no_grad() to the second, in every epoch. state_dict() hands out the weights "
        "themselves, which go on changing; copy.deepcopy makes a copy that stays. load_state_dict puts it back.",
        "Before the loop over epochs: best_loss = float('inf'), best_weights = None, waited = 0, and the two "
        "lists. In the loop: the training half, the validation half, each appends its mean loss per review to its "
        "list. Then: if the new validation loss < ...: best_loss = ..., best_weights = copy.deepcopy(...), waited "
        "= ...; else: waited += 1, and if waited == ...: break. After the loop: model.load_state_dict(...), and "
        "return a dictionary with both lists. Go through it by hand with the losses of the table above and "
        "patience 2: after which epoch does your loop leave, and from which epoch are best_weights?",
    ),
    "f1-on": (
        "F1 comes from three counts over all reviews: true positives, false positives and false negatives. Imagine "
        "a batch that holds no positive review. Its own F1 is 0 or not defined at all, although the model may have "
        "judged every review in it correctly. Why would a mean over batches also change when you sort the reviews "
        "in another way? What do you have to collect from all batches before you can count? And how sure must the "
        "network be for a review to be called positive: which logit belongs to the probability one half? Think of "
        "the sigmoid of 0.",
        "Three tools. model.eval() and torch.no_grad(), because you only look. Two lists: for every batch the "
        "logits model(batch.ids, batch.lengths), [batch, 1], reshaped to [batch], and the labels [batch]; "
        "torch.cat joins a list of tensors to one [reviews]. f1_score of scikit-learn, which takes the true labels "
        "first and what was said second, and counts class 1 as positive unless told otherwise. It wants numbers on "
        "the CPU, so call .cpu().numpy() on both. What was said is the comparison of each logit with one number. "
        "The function gives back one float for the whole set, not one for each batch.",
        "model.eval(); logits, labels = [], []. Then with torch.no_grad(): for batch in batches: append "
        "model(batch.ids, batch.lengths).reshape(-1) to the first list and ... to the second. After the loop: said "
        "= torch.cat(logits) > ..., and return float(f1_score(..., ...)) with both as .cpu().numpy(). Two gaps "
        "matter. The number behind > is a logit, not a probability: which one? And which of the two tensors comes "
        "first in f1_score? With the labels [1, 1, 0] and the logits [2, -1, 0.3] your function should find one "
        "true positive, one false positive and one missed review.",
    ),
}
