"""People who do not exist: names of the region, numbers with the right check digit, phones formed right."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from random import Random

from linli.core.codes.id_number import check_digit


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


SURNAMES = (
    "陈林黄张李郑吴蔡许王杨刘方谢庄洪翁余马纪佘郭沈魏姚卢曾苏彭辜罗周江丁连蓝范邱赖詹"
    "陈林黄张李郑吴蔡许王陈林黄张李郑陈林黄"  # the first ones are by far the most common there
)
MALE = _words(
    "志伟 伟明 楚雄 锡坤 汉忠 镇雄 木林 泽鑫 少波 炳辉 俊杰 佳鸿 宏达 楚生 惠忠 创强 培峰 壮群 "
    "绍彬 树鹏 文雄 汉文 国平 建军 晓东 若鹏 映辉 钦荣 荣坤 奕彬 焕光 逸群 敬松 松茂 锦洲 乐生 "
    "瑞丰 作仁 裕民 丹 "
)
FEMALE = _words(
    "惠珍 丽卿 巧娟 玉蓉 舜华 婵卿 秀兰 淑贞 燕芬 佩玲 晓纯 雪芬 瑞英 楚君 丹纯 映雪 少芳 素芝 "
    "惠娥 桂英 美銮 锦珠 赛英 晓丹 梓淇 嘉敏 若琳 静纯 洁玲 泽璇 思颖 月娥 玩珍 璇卿 银娟 春梅 "
    "妙玲 宝珠 海燕 敏 "
)
_PREFIXES = ("440511", "440502", "440503", "440504", "440506", "445202", "440582")
_MOBILE = ("135", "136", "137", "138", "139", "150", "158", "159", "182", "188")


@dataclass(frozen=True)
class Someone:
    """A person as a form asks for them."""

    name: str
    id_number: str
    phone: str


class People:
    """Gives out people; never the same card or phone twice."""

    def __init__(self, random: Random, today: dt.date) -> None:
        self.random = random
        self.today = today
        self._cards: set[str] = set()
        self._phones: set[str] = set()

    def name(self, *, female: bool | None = None) -> str:
        """A name as people there bear it."""
        female = self.random.random() < 0.5 if female is None else female
        return self.random.choice(SURNAMES) + self.random.choice(FEMALE if female else MALE)

    def names(self, count: int, *, first: str = "") -> list[str]:
        """Different names; `first` leads the list."""
        found = dict.fromkeys([first] if first else [])
        while len(found) < count:
            found[self.name()] = None
        return list(found)

    def someone(self, *, name: str = "", female: bool | None = None, born: int | None = None) -> Someone:
        """A person of 26 to 76 years, or born in a year."""
        female = self.random.random() < 0.5 if female is None else female
        return Someone(name or self.name(female=female), self._card(female, born), self._phone())

    def _card(self, female: bool, born: int | None) -> str:
        while True:
            year = born or self.today.year - self.random.randint(26, 76)
            day = dt.date(year, 1, 1) + dt.timedelta(days=self.random.randrange(365))
            # Sequences from 980 on are hardly ever given out, so that the number is nobody's.
            sequence = 980 + 2 * self.random.randrange(10) + (0 if female else 1)
            body = f"{self.random.choice(_PREFIXES)}{day:%Y%m%d}{sequence}"
            if body not in self._cards:
                self._cards.add(body)
                return body + check_digit(body)

    def _phone(self) -> str:
        while True:
            phone = f"{self.random.choice(_MOBILE)}0000{self.random.randrange(10_000):04d}"
            if phone not in self._phones:
                self._phones.add(phone)
                return phone

    def landline(self) -> str:
        """A number of the area code of 汕头."""
        return f"0754-8800{self.random.randrange(10_000):04d}"
