"""Views named for what a reviewer asks, readable in any SQL client. They are made from the lines alone.

Nothing from outside goes into a statement: they are put together from what stands in this file.
Columns are named as the formats name their fields; lists are JSON; times are UTC, durations whole seconds.
"""
# ruff: noqa: S608 - see above

_LOG = """
SELECT seq, json_extract(line, '$.at') AS at, kind, json_extract(line, '$.by') AS "by",
    json_extract(line, '$.centre') AS centre, json_extract(line, '$.hand') AS hand,
    json_extract(line, '$.term') AS term, CAST(json_extract(line, '$.ref') AS INTEGER) AS ref,
    json_extract(line, '$.found.number') AS number, json_extract(line, '$.said_at') AS said_at,
    json_extract(line, '$.means') AS means, json_extract(line, '$.words') AS words,
    json_extract(line, '$.body') AS body, json_extract(line, '$.found') AS found, line, digest
FROM entries
"""


def _of(place: str, *names: str) -> str:
    """Columns from one part of the line, each under its own name."""
    return ", ".join(f"json_extract(line, '$.{place}{name}') AS \"{name}\"" for name in names)


_SECONDS = "CAST(round((julianday({end}) - julianday({start})) * 86400) AS INTEGER)"

# Whom each message was relayed to: by the desk, or by being sent by its holder.
_RELAYS = """
SELECT log.ref AS message, seq, at, "by", told.value AS centre, json_extract(line, '$.body.text') AS text,
    json_extract(line, '$.body.hold_replies') AS hold_replies, json_extract(line, '$.found.unfiltered') AS unfiltered
FROM log, json_each(line, '$.body.to') AS told WHERE log.kind = 'relay'
UNION ALL
SELECT seq, seq, at, "by", told.value, NULL, NULL, NULL
FROM log, json_each(line, '$.found.to') AS told WHERE log.kind IN ('message', 'broadcast', 'brief')
"""

# The first answer to each message: the desk's or owner's, or a first reply that was not kept for the desk.
# What was joined to another message has that one's answer. Beside min(seq) and max(seq), the other columns are of
# that row.
_ANSWERS = """
WITH replies AS (
    SELECT reply.seq, reply.ref, reply.at, reply."by", json_extract(reply.line, '$.body.text') AS text,
        max(relays.seq), relays.hold_replies AS held
    FROM log AS reply JOIN log AS message ON message.seq = reply.ref
    LEFT JOIN relays ON relays.message = reply.ref AND relays.centre = reply.centre AND relays.seq < reply.seq
    WHERE reply.kind = 'reply' AND message.kind = 'message' AND reply.centre IS NOT message.centre
    AND coalesce(
        json_extract(message.line, '$.body.wants_reply'), json_extract(message.line, '$.body.reply_by') IS NOT NULL
    )
    GROUP BY reply.seq
), said AS MATERIALIZED (
    SELECT seq, ref, at, "by", json_extract(line, '$.body.text') AS text FROM log WHERE kind = 'answer'
    UNION ALL
    SELECT seq, ref, at, "by", text FROM replies WHERE held IS NOT 1
), threads AS (
    SELECT ref AS message, ref AS "row" FROM said
    UNION
    SELECT CAST(joined.value AS INTEGER), CAST(json_extract(line, '$.body.refs[0]') AS INTEGER)
    FROM log, json_each(line, '$.body.refs') AS joined WHERE log.kind = 'join' AND joined.key > 0
)
SELECT message, min(said.seq) AS seq, at, "by", text FROM threads JOIN said ON said.ref = threads."row" GROUP BY message
"""

_MESSAGES = f"""
SELECT log.seq, number, log.at, said_at, log."by", log.centre, kind,
    {_of("body.", "precedence", "topic", "to", "subject", "text", "wants_reply", "reply_by", "ref")},
    json_extract(line, '$.found.scope') AS scope, json_extract(line, '$.means') AS means,
    relayed.at AS relayed_at, relayed_to,
    answers.at AS answered_at, answers."by" AS answered_by, answers.text AS answer,
    closes.at AS closed_at, closes.reason AS closed_reason
FROM log
LEFT JOIN (
    SELECT message, min(seq), at, json_group_array(DISTINCT centre) AS relayed_to FROM relays GROUP BY message
) AS relayed ON relayed.message = log.seq
LEFT JOIN answers ON answers.message = log.seq
LEFT JOIN (
    SELECT ref AS message, max(seq), at, json_extract(line, '$.body.reason') AS reason
    FROM log WHERE kind = 'close' GROUP BY ref
) AS closes ON closes.message = log.seq
WHERE kind IN ('message', 'broadcast', 'brief')
"""

# The first action is the desk's: also when one of it acknowledges what was not relayed to it, and never when the hub
# sends on what nobody touched.
_RESPONSE_TIMES = f"""
WITH touched AS (
    SELECT ref AS message, min(seq), at AS first FROM (
        SELECT ref, seq, at FROM log
        WHERE kind IN ('relay', 'answer', 'ask', 'triage', 'assign', 'escalate', 'redirect', 'hold', 'close')
        AND json_extract(line, '$.found.unfiltered') IS NULL
        UNION ALL
        SELECT CAST(joined.value AS INTEGER), seq, at
        FROM log, json_each(line, '$.body.refs') AS joined WHERE log.kind = 'join'
        UNION ALL
        SELECT seq, seq, at FROM log WHERE kind = 'message' AND json_array_length(line, '$.found.to') > 0
        UNION ALL
        SELECT mark.ref, mark.seq, mark.at FROM log AS mark
        LEFT JOIN relays ON relays.message = mark.ref AND relays.centre = mark.centre AND relays.seq < mark.seq
        WHERE mark.kind = 'acknowledge' AND relays.seq IS NULL
    ) GROUP BY ref
)
SELECT messages.seq, number, scope, precedence, centre, at, touched.first AS first_action_at,
    {_SECONDS.format(end="touched.first", start="at")} AS first_action_seconds,
    answered_at, {_SECONDS.format(end="answered_at", start="at")} AS answer_seconds
FROM messages LEFT JOIN touched ON touched.message = messages.seq
WHERE kind = 'message'
"""

_ORDERS = f"""
WITH ends AS (
    SELECT CAST(json_extract(ending.value, '$.order') AS INTEGER) AS "order", log.seq,
        json_extract(ending.value, '$.at') AS at, json_extract(ending.value, '$.why') AS why
    FROM log, json_each(line, '$.found.ended') AS ending
    WHERE kind IN ('order', 'package', 'rescind', 'close', 'complete', 'unable', 'lapse')
    AND json_extract(ending.value, '$.quantity') IS NULL
)
SELECT log.seq, number, log.at, said_at, "by", centre, json_extract(line, '$.found.scope') AS scope,
    {_of("body.", "verb", "subject", "except", "object", "quantity", "to")},
    {_of("found.window.", "from", "until")},
    {_of("body.", "text", "rationale", "authority", "supersedes", "despite", "given")},
    coalesce(json_extract(line, '$.found.claim'), 0) AS claim,
    json_extract(line, '$.found.code') AS conflict_on_record,
    min(ends.seq) AS ended_by, ends.at AS ended_at, ends.why AS ended_why
FROM log LEFT JOIN ends ON ends."order" = log.seq
WHERE kind = 'order' GROUP BY log.seq
"""

_REFUSALS = f"""
SELECT seq, at, said_at, "by", centre, {_of("body.", "do", "said")},
    {_of("found.", "code", "message", "clashes", "remedies", "scope")}
FROM log WHERE kind = 'refusal'
"""

_STATUS_HISTORY = f"""
SELECT seq, at, coalesce(said_at, at) AS said_at, centre, "by", {_of("body.", "state", "headcount", "text")},
    json_extract(line, '$.means') AS means, coalesce(json_extract(line, '$.found.late'), 0) AS late
FROM log WHERE kind = 'status'
"""

_DUTY_HISTORY = """
SELECT seq, at, json_extract(scope.value, '$.id') AS scope, 'open' AS kind,
    json_extract(scope.value, '$.poc') AS holder, 1 AS term, "by", NULL AS "to", NULL AS reason
FROM log, json_each(line, '$.body.roster.scopes') AS scope WHERE log.kind = 'open'
UNION ALL
SELECT seq, at, coalesce(json_extract(line, '$.body.scope'), json_extract(line, '$.found.scope')), kind,
    json_extract(line, '$.found.holder'), json_extract(line, '$.term'), "by",
    json_extract(line, '$.body.to'),
    coalesce(json_extract(line, '$.body.reason'), json_extract(line, '$.body.briefing'))
FROM log WHERE kind IN ('offer', 'take', 'withdraw', 'assume', 'stand_down')
ORDER BY seq
"""

VIEWS: dict[str, str] = {
    "log": _LOG,
    "relays": _RELAYS,
    "answers": _ANSWERS,
    "messages": _MESSAGES,
    "response_times": _RESPONSE_TIMES,
    "orders": _ORDERS,
    "refusals": _REFUSALS,
    "status_history": _STATUS_HISTORY,
    "duty_history": _DUTY_HISTORY,
}
"""Name: what it selects, each after those that it reads."""


def selecting(name: str) -> str:
    """All of one view, in a statement that trusts no definition which the file brings along."""
    views = ", ".join(f"{view} AS NOT MATERIALIZED ({select})" for view, select in VIEWS.items())
    return f"WITH {views} SELECT * FROM {name}"
