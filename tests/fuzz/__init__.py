"""Hostile input by the hundred thousand: lines, captions, callback data, file names, files, markup.

    python -m tests.fuzz --cases 100000 --seed 1

Cases are played in *rooms*. A room is a classroom in one process with people, course work and questions in
it (tests/solo), the whole core and every command, and a chat for each person. What happens in a room follows
from the seed and the room's number alone, so `--seed S --room R` plays it again.

- `fragments`  what is hostile by itself
- `grammar`    lines that every command takes, from the registry, and what is made of them
- `sheets`     files, their names, and CSV
- `people`     who says what next: a command, an answer, a tap, a file, noise
- `room`       the surroundings, and what is observed of one case
- `oracle`     what must hold of it

With `--telegram` the cases are updates, and go through the real adapter against the Bot API server of
tests/telegram, which reads HTML more strictly than Telegram does:

- `telegram`          cases by the room, and what must hold of them
- `telegram_people`   who does what next: words, captions, taps, albums, and what is neither
- `telegram_room`     the surroundings
- `telegram_watched`  the adapter: what the core says is compared with what is shown
- `ledger`            who has written what

There the cases come in rounds, one in each chat and all at once, as to a bot that many speak to: what a case
has written is told by the session it was said in. How the cases of a round meet need not be the same again.

*State* is every replicated row but three kinds: how far the log is applied, outcomes kept under request ids
(a refusal is one, so that its repetition is refused alike), and the content of files that no item names yet
(files are sent before the post that names them, which may then be refused).
"""
