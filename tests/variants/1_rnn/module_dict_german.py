# layers in a ModuleDict, German names, time-first layout, config dataclass
# %%
from dataclasses import dataclass


@dataclass(frozen=True)
class Bauplan:
    eingang: int
    verborgen: int
    schichten: int
    beidseitig: bool
    ausfall: float

    @property
    def richtungen(self):
        return 2 if self.beidseitig else 1

    @property
    def dazwischen(self):
        return self.ausfall if self.schichten > 1 else 0.0


# %%
class RNNBaseline(nn.Module):
    def __init__(self, vocab_size, embedding_dim, hidden_dim, n_layers, bidirectional, dropout, pad_idx):
        super().__init__()
        self.embedding = nn.Embedding(vocab_size, embedding_dim, padding_idx=pad_idx)
        self.plan = plan = Bauplan(embedding_dim, hidden_dim, n_layers, bidirectional, dropout)
        self.schichten = nn.ModuleDict({
            "leser": nn.LSTM(plan.eingang, plan.verborgen, plan.schichten, dropout=plan.dazwischen,
                             bidirectional=plan.beidseitig),
            "ausfall": nn.Dropout(plan.ausfall),
            "urteil": nn.Linear(plan.verborgen * plan.richtungen, 1),
        })

    def forward(self, text, lengths):
        zeit_zuerst = self.embedding(text.t())
        gepackt = pack_padded_sequence(zeit_zuerst, lengths, enforce_sorted=False)
        _, (zustand, _) = self.schichten["leser"](gepackt)
        fazit = torch.hstack(zustand[-self.plan.richtungen:].unbind(0))
        return self.schichten["urteil"](self.schichten["ausfall"](fazit))
