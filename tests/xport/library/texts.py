"""Small networks of text, and a U-Net, as people write them: seeded, untrained, of torch alone."""

from __future__ import annotations

import torch
from torch import nn
from torch.nn import functional

WORDS, LENGTH, WIDTH, HEADS, TAGS = 97, 12, 16, 2, 5


class Attention(nn.Module):
    """Attention of several heads; `hidden` is true where a place must not be seen."""

    def __init__(self) -> None:
        super().__init__()
        self.both, self.out = nn.Linear(WIDTH, 3 * WIDTH), nn.Linear(WIDTH, WIDTH)

    def forward(self, x: torch.Tensor, hidden: torch.Tensor) -> torch.Tensor:
        batch, length, _ = x.shape
        parts = self.both(x).view(batch, length, 3, HEADS, WIDTH // HEADS).permute(2, 0, 3, 1, 4)
        query, key, value = parts[0], parts[1], parts[2]
        scores = query @ key.transpose(-1, -2) / (WIDTH // HEADS) ** 0.5
        seen = scores.masked_fill(hidden, -1e4).softmax(-1) @ value
        out: torch.Tensor = self.out(seen.transpose(1, 2).reshape(batch, length, WIDTH))
        return out


class Block(nn.Module):
    """Attention and a perceptron, each added; normalised before (GPT-2) or behind (BERT)."""

    def __init__(self, before: bool) -> None:
        super().__init__()
        self.before, self.attention = before, Attention()
        self.first, self.second = nn.LayerNorm(WIDTH), nn.LayerNorm(WIDTH)
        self.wide, self.narrow = nn.Linear(WIDTH, 2 * WIDTH), nn.Linear(2 * WIDTH, WIDTH)
        self.activation = nn.GELU("tanh" if before else "none")

    def forward(self, x: torch.Tensor, hidden: torch.Tensor) -> torch.Tensor:
        if self.before:
            x = x + self.attention(self.first(x), hidden)
            return x + self.narrow(self.activation(self.wide(self.second(x))))
        x = self.first(x + self.attention(x, hidden))
        out: torch.Tensor = self.second(x + self.narrow(self.activation(self.wide(x))))
        return out


class Encoder(nn.Module):
    """As BERT: words, places and kinds embedded, padding hidden, the words' head tied."""

    def __init__(self) -> None:
        super().__init__()
        torch.manual_seed(0)
        self.words, self.places = nn.Embedding(WORDS, WIDTH), nn.Embedding(LENGTH, WIDTH)
        self.kinds, self.norm = nn.Embedding(2, WIDTH), nn.LayerNorm(WIDTH)
        self.blocks = nn.ModuleList(Block(before=False) for _ in range(2))
        self.head = nn.Linear(WIDTH, WORDS)
        self.head.weight = self.words.weight
        self.pool = nn.Linear(WIDTH, WIDTH)

    def forward(
        self, input_ids: torch.Tensor, attention_mask: torch.Tensor, token_type_ids: torch.Tensor
    ) -> dict[str, torch.Tensor]:
        places = torch.arange(input_ids.shape[1])
        x = self.norm(self.words(input_ids) + self.places(places) + self.kinds(token_type_ids))
        hidden = (attention_mask == 0)[:, None, None, :]
        for block in self.blocks:
            x = block(x, hidden)
        return {"logits": self.head(x), "pooled": self.pool(x[:, 0]).tanh()}


class Decoder(nn.Module):
    """As GPT-2: what comes later is hidden, the head is the table of words."""

    def __init__(self) -> None:
        super().__init__()
        torch.manual_seed(0)
        self.words, self.places = nn.Embedding(WORDS, WIDTH), nn.Embedding(LENGTH, WIDTH)
        self.blocks = nn.ModuleList(Block(before=True) for _ in range(2))
        self.norm = nn.LayerNorm(WIDTH)
        later = torch.ones(LENGTH, LENGTH).triu(1).bool()
        self.register_buffer("later", later[None, None])

    def forward(self, input_ids: torch.Tensor) -> torch.Tensor:
        length = input_ids.shape[1]
        x = self.words(input_ids) + self.places(torch.arange(length))
        for block in self.blocks:
            x = block(x, self.later[:, :, :length, :length])  # type: ignore[index]
        return functional.linear(self.norm(x), self.words.weight)


class Tagger(nn.Module):
    """Words, an LSTM of two layers in both directions, and a tag for each word."""

    def __init__(self) -> None:
        super().__init__()
        torch.manual_seed(0)
        self.words = nn.Embedding(WORDS, WIDTH)
        self.memory = nn.LSTM(WIDTH, 8, num_layers=2, bidirectional=True, batch_first=True)
        self.tags = nn.Linear(16, TAGS)

    def forward(self, words: torch.Tensor) -> torch.Tensor:
        tags: torch.Tensor = self.tags(self.memory(self.words(words))[0])
        return tags


def _pair(before: int, behind: int) -> nn.Sequential:
    return nn.Sequential(nn.Conv2d(before, behind, 3, padding=1), nn.BatchNorm2d(behind), nn.ReLU())


class UNet(nn.Module):
    """Two levels down and up again; what comes up is made as large as what it joins."""

    def __init__(self) -> None:
        super().__init__()
        torch.manual_seed(0)
        self.down = nn.ModuleList((_pair(1, 8), _pair(8, 16), _pair(16, 32)))
        self.up = nn.ModuleList((_pair(48, 16), _pair(24, 8)))
        self.out = nn.Conv2d(8, 2, 1)

    def forward(self, image: torch.Tensor) -> torch.Tensor:
        kept = [self.down[0](image)]
        for level in self.down[1:]:
            kept.append(level(functional.max_pool2d(kept[-1], 2)))
        x = kept.pop()
        for level in self.up:
            joined = kept.pop()
            x = functional.interpolate(
                x, size=joined.shape[2:], mode="bilinear", align_corners=False
            )
            x = level(torch.cat([x, joined], 1))
        out: torch.Tensor = self.out(x)
        return out
