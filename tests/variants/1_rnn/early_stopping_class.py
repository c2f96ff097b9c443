# A class of its own for early stopping, with Russian names and comments.
# %%
class Остановка:
    """Запоминает лучшие веса."""

    def __init__(self, терпение):
        self.терпение = терпение
        self.лучшее = float("inf")
        self.веса = None
        self.счётчик = 0

    def шаг(self, потеря, модель):
        # новая лучшая эпоха: счётчик снова ноль
        if потеря < self.лучшее:
            self.лучшее, self.счётчик = потеря, 0
            self.веса = copy.deepcopy(модель.state_dict())
        else:
            self.счётчик += 1
        return self.счётчик == self.терпение


# %%
def train_model(model, train, validation, epochs, patience, learning_rate=1e-3):
    оптимизатор = torch.optim.Adam(model.parameters(), lr=learning_rate)
    остановка = Остановка(patience)
    история = {"train_loss": [], "validation_loss": []}
    for эпоха in range(epochs):
        model.train()
        сумма, всего = 0.0, 0
        for пакет in train:
            оптимизатор.zero_grad()
            потеря = F.binary_cross_entropy_with_logits(model(пакет.ids, пакет.lengths)[:, 0], пакет.labels)
            потеря.backward()
            оптимизатор.step()
            сумма += потеря.item() * len(пакет)
            всего += len(пакет)
        история["train_loss"].append(сумма / всего)
        model.eval()
        сумма, всего = 0.0, 0
        with torch.no_grad():
            for пакет in validation:
                логиты = model(пакет.ids, пакет.lengths)[:, 0]
                сумма += F.binary_cross_entropy_with_logits(логиты, пакет.labels, reduction="sum").item()
                всего += len(пакет)
        история["validation_loss"].append(сумма / всего)
        if остановка.шаг(история["validation_loss"][-1], model):
            break
    model.load_state_dict(остановка.веса)
    return история
