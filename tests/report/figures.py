"""Names, metrics and levels that the report dictionaries are made from."""

EVIL = "<script>alert(1)</script>"
QUOTES = 'it\'s "quoted" & <b>bold</b> 🦉 Zürich العربية \u202e' + "long " * 40
PIXEL = (
    "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAgAAAAICAAAAADhZOFXAAAAFklEQVR4nGNgYPj/n4GBgZGBgYEBAAAp9AP9"
    "Jc4pWAAAAABJRU5ErkJggg=="
)
METRICS = {
    "roc_auc": ("ROC AUC", True, 0.5),
    "log_loss": ("log loss", False, 3.256),
    "rmse": ("RMSE", False, 115_412.0),
}
LEVELS = {
    "roc_auc": {"baseline": 0.5, "linear": 0.8461, "trees": 0.8483, "network": 0.8419},
    "log_loss": {"baseline": 3.256, "linear": 0.792, "trees": 0.1312, "network": 0.1058},
    "rmse": {"baseline": 115_412.0, "linear": 68_620.0, "trees": 47_340.0, "network": 53_280.0},
}
NOISE = {"roc_auc": 0.0061, "log_loss": 0.012, "rmse": 820.0}
CONFIGURATIONS = {
    "baseline": "class shares or mean",
    "linear": "logistic or ridge, 5 strengths",
    "trees": "XGBoost, 400 rounds, depth 6",
    "network": "RealMLP-style, 3 x 256, 60 epochs",
}
