"""Somebody without a mouse: Tab goes on, Enter and Space act, and the focus is seen all the way."""

from dataclasses import dataclass

from playwright.sync_api import Page, expect

MOST_STOPS = 120
# What a person hears of where they are, and whether they see it.
AT = """() => {
  const on = document.activeElement, look = getComputedStyle(on), box = on.getBoundingClientRect();
  const words = on.labels?.[0]?.textContent ?? on.getAttribute("aria-label") ?? on.textContent;
  const drawn = look.outlineStyle !== "none" && parseFloat(look.outlineWidth) >= 2;
  const inside = box.width > 0 && box.bottom > 0 && box.top < innerHeight;
  return { words: words.trim().replace(/\\s+/g, " "), id: on.id, seen: drawn && inside };
}"""


@dataclass(frozen=True)
class Keys:
    page: Page

    def to(self, words: str, step: str = "Tab") -> None:
        """Go on by Tab to what begins with these words; every stop on the way is seen."""
        for _ in range(MOST_STOPS):
            self.page.keyboard.press(step)
            at = self.page.evaluate(AT)
            assert at["seen"], f"nobody sees that the focus is on {at['words'] or at['id']}"
            if at["words"].startswith(words):
                return
        raise AssertionError(words)

    def press(self, words: str, key: str = "Enter", step: str = "Tab") -> None:
        self.to(words, step)
        self.page.keyboard.press(key)

    def fill(self, label: str, text: str) -> None:
        self.to(label)
        self.page.keyboard.press("Control+A")
        self.page.keyboard.type(text)

    def is_told(self, words: str) -> None:
        """What was just done, or is wrong, has the focus, and so is read first."""
        told = self.page.locator("[data-faults]:focus, [data-notice]:focus")
        expect(told).to_contain_text(words)

    def is_on(self, place: str) -> None:
        expect(self.page.locator(f"#{place}:focus")).to_have_count(1)

    def begins(self, heading: str) -> None:
        """A new page begins at its top: the first stop leads past what all pages share."""
        expect(self.page.get_by_role("heading", level=1)).to_contain_text(heading)
        assert self.page.evaluate("document.activeElement === document.body")
