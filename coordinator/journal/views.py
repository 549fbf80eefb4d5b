"""Views named for what a reviewer asks, readable in any SQL client. They are made from the lines alone.

Nothing from outside goes into a statement: they are put together from what stands in this file.
Columns are named as the formats name their fields; lists are JSON; times are UTC, durations whole seconds.
"""
# ruff: noqa: S608 - see above

_LOG = """
SELECT seq, json_extract(line, '$.at') AS at, kind, json_extract(line, '$.by') AS "by",
    json_extract(line, '$.centre') AS centre, json_extract(line, '$.hand') AS hand,
    json_extract(line, '$.term') AS term, json_extract(line, '$.ref') AS ref,
    json_extract(line, '$.found.number') AS number, json_extract(line, '$.said_at') AS said_at,
    json_extract(line, '$.means') AS means, json_extract(line, '$.words') AS words,
    json_extract(line, '$.body') AS body, json_extract(line, '$.found') AS found, line, digest
FROM entries
"""


def _of(place: str, *names: str) -> str:
    """Columns from one part of the line, each under its own name."""
    return ", ".join(f"json_extract(line, '$.{place}{name}') AS \"{name}\"" for name in names)


_SECONDS = "CAST(round((julianday({end}) - julianday({start})) * 86400) AS INTEGER)"

_MESSAGES = f"""
SELECT log.seq, number, log.at, said_at, log."by", centre, kind,
    {_of("body.", "precedence", "topic", "to", "subject", "text", "wants_reply", "reply_by", "ref")},
    json_extract(line, '$.found.scope') AS scope, json_extract(line, '$.means') AS means,
    iif(json_array_length(line, '$.found.to') > 0, log.at, relays.first) AS relayed_at,
    coalesce(json_extract(line, '$.found.to'), relayed_to) AS relayed_to,
    answers.at AS answered_at, answers."by" AS answered_by, answers.text AS answer,
    closes.last AS closed_at, closes.reason AS closed_reason
FROM log
LEFT JOIN (
    SELECT log.ref AS message, min(seq), at AS first, json_group_array(DISTINCT told.value) AS relayed_to
    FROM log, json_each(line, '$.body.to') AS told WHERE kind = 'relay' GROUP BY log.ref
) AS relays ON relays.message = log.seq
LEFT JOIN answers ON answers.message = log.seq
LEFT JOIN (
    SELECT ref AS message, max(seq), at AS last, json_extract(line, '$.body.reason') AS reason
    FROM log WHERE kind = 'close' GROUP BY ref
) AS closes ON closes.message = log.seq
WHERE kind IN ('message', 'broadcast', 'brief')
"""

# The first answer to each message: the desk's or owner's, or a first reply that was not kept for the desk.
# What was joined to another message has that one's answer. Beside min(seq), the other columns are of that row.
_ANSWERS = """
WITH said AS (
    SELECT seq, ref, at, "by", json_extract(line, '$.body.text') AS text FROM log WHERE kind = 'answer'
    UNION ALL
    SELECT reply.seq, reply.ref, reply.at, reply."by", json_extract(reply.line, '$.body.text')
    FROM log AS reply JOIN log AS message ON message.seq = reply.ref
    WHERE reply.kind = 'reply' AND message.kind = 'message' AND reply.centre IS NOT message.centre
    AND coalesce(
        json_extract(message.line, '$.body.wants_reply'), json_extract(message.line, '$.body.reply_by') IS NOT NULL
    )
    AND NOT EXISTS (
        SELECT 1 FROM log AS relay, json_each(relay.line, '$.body.to') AS told
        WHERE relay.kind = 'relay' AND relay.ref = reply.ref AND relay.seq < reply.seq AND told.value = reply.centre
        AND json_extract(relay.line, '$.body.hold_replies')
    )
), threads AS (
    SELECT ref AS message, ref AS "row" FROM said
    UNION
    SELECT joined.value, json_extract(line, '$.body.refs[0]')
    FROM log, json_each(line, '$.body.refs') AS joined WHERE kind = 'join' AND joined.key > 0
)
SELECT message, min(said.seq) AS seq, at, "by", text FROM threads JOIN said ON said.ref = threads."row" GROUP BY message
"""

_RESPONSE_TIMES = f"""
WITH touched AS (
    SELECT ref AS message, min(seq), at AS first FROM (
        SELECT ref, seq, at FROM log
        WHERE kind IN ('relay', 'answer', 'ask', 'triage', 'assign', 'escalate', 'redirect', 'hold', 'close')
        AND "by" <> 'hub'
        UNION ALL
        SELECT joined.value, seq, at FROM log, json_each(line, '$.body.refs') AS joined WHERE kind = 'join'
    ) GROUP BY ref
)
SELECT messages.seq, number, scope, precedence, centre, at,
    iif(relayed_at = at, at, touched.first) AS first_action_at,
    {_SECONDS.format(end="iif(relayed_at = at, at, touched.first)", start="at")} AS first_action_seconds,
    answered_at, {_SECONDS.format(end="answered_at", start="at")} AS answer_seconds
FROM messages LEFT JOIN touched ON touched.message = messages.seq
WHERE kind = 'message'
"""

_ORDERS = f"""
WITH ends AS (
    SELECT json_extract(ending.value, '$.order') AS "order", log.seq, json_extract(ending.value, '$.at') AS at,
        json_extract(ending.value, '$.why') AS why
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
    return f"WITH {', '.join(f'{view} AS ({select})' for view, select in VIEWS.items())} SELECT * FROM {name}"
