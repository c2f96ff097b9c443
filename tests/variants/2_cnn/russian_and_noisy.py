# Russian names and comments, own base class, warnings and prints everywhere.
# %%
import warnings

print("загружаю определения")
warnings.warn("это предупреждение")


class Основа(nn.Module):
    """Общее начало всех сетей."""

    def __init__(self, словарь, ширина, пустой):
        super().__init__()
        self.embedding = nn.Embedding(словарь, ширина, padding_idx=пустой)


# %%
class CNN(Основа):
    def __init__(self, vocab_size, emb_dim, out_channels, kernel_sizes, dropout, pad_idx):
        super().__init__(vocab_size, emb_dim, pad_idx)
        # по одной свёртке на каждую ширину
        self.свёртки = nn.ModuleList([nn.Conv1d(emb_dim, out_channels, размер) for размер in kernel_sizes])
        self.прореживание = nn.Dropout(dropout)
        self.голова = nn.Linear(out_channels * len(kernel_sizes), 1)
        print("сеть готова")

    def forward(self, text):
        warnings.warn(f"вход {tuple(text.shape)}")
        вложения = self.embedding(text).permute(0, 2, 1)
        признаки = torch.cat([F.relu(с(вложения)).amax(2) for с in self.свёртки], 1)
        print("признаки", tuple(признаки.shape))
        return self.голова(self.прореживание(признаки))


# %%
def pad_reference(ids, pad_idx):
    print("опорный вход")
    return torch.ones_like(ids) * pad_idx
