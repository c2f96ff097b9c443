# Weights drawn with nn.init (the padding row put back to zero), functional dropout that heeds the mode, type hints.
# %%
from torch import Tensor


class RNNBaseline(nn.Module):
    def __init__(
        self,
        vocab_size: int,
        embedding_dim: int,
        hidden_dim: int,
        n_layers: int,
        bidirectional: bool,
        dropout: float,
        pad_idx: int,
    ) -> None:
        super().__init__()
        self.rate: float = dropout
        self.embedding = nn.Embedding(vocab_size, embedding_dim, padding_idx=pad_idx)
        nn.init.normal_(self.embedding.weight, std=0.5)
        with torch.no_grad():
            self.embedding.weight[pad_idx].fill_(0)
        self.lstm = nn.LSTM(
            embedding_dim,
            hidden_dim,
            n_layers,
            batch_first=True,
            bidirectional=bidirectional,
            dropout=dropout * (n_layers > 1),
        )
        for name, weight in self.lstm.named_parameters():
            if "weight" in name:
                nn.init.xavier_uniform_(weight)
        self.out = nn.Linear(hidden_dim * (2 if bidirectional else 1), 1)

    def forward(self, text: Tensor, lengths: Tensor) -> Tensor:
        packed = pack_padded_sequence(self.embedding(text), lengths, batch_first=True, enforce_sorted=False)
        hidden: Tensor = self.lstm(packed)[1][0]
        summary = torch.cat([hidden[-2], hidden[-1]], 1) if self.lstm.bidirectional else hidden[-1]
        return self.out(F.dropout(summary, p=self.rate, training=self.training))
