# Predictions as numpy arrays, numpy's own float as the answer.
# %%
import warnings


def f1_on(model, batches):
    warnings.warn("measuring")
    model = model.eval()
    said, truth = np.array([]), np.array([])
    for batch in batches:
        logits = model(batch.ids, batch.lengths).detach().numpy().ravel()
        said = np.concatenate([said, (logits >= 0).astype(int)])
        truth = np.concatenate([truth, batch.labels.numpy().astype(int)])
    return f1_score(y_true=truth, y_pred=said, average="binary", pos_label=1)
