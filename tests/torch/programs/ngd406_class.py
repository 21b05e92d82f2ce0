"""On a class the decorator guards `__init__` alone: the teacher is trained with its student.

fix: none
records: 2
prints: True
"""

import torch
from torch import nn


@torch.no_grad()  # error: NGD406
class Teacher(nn.Module):
    def __init__(self):
        super().__init__()
        self.layer = nn.Linear(4, 2)

    def forward(self, x):
        return self.layer(x)


torch.manual_seed(0)
x = torch.randn(6, 4)
teacher, student = Teacher(), nn.Linear(4, 2)
(student(x) - teacher(x)).pow(2).mean().backward()
print(teacher.layer.weight.grad is not None)
