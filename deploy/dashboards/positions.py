"""What is being found: who takes which stance on what, over time? The dashboard "Positions"."""

from deploy.dashboards.panels import Panel, Row, from_label, increase, rate

ISSUE, FOR, AGAINST = 'issue=~"$issue"', 'stance="support"', 'stance=~"oppose|threaten"'
CHOSEN = (ISSUE, 'stance=~"$stance"')
PARTY = ('party=~"$party"', 'stance=~"$stance"')
POSITIONS = "stancewire_positions_total"
OF_PARTIES = "stancewire_party_positions_total"

VARIABLES = (
    from_label("issue", f"label_values({POSITIONS}, issue)"),
    from_label("stance", f"label_values({POSITIONS}, stance)"),
    from_label("party", f"label_values({OF_PARTIES}, party)"),
)
ROWS = (
    Row(
        "How much",
        [
            Panel(
                "Positions",
                "Positions published in the time that is shown.",
                "short",
                [(f"sum({increase(POSITIONS, *CHOSEN)})", "positions")],
                "number",
                width=6,
            ),
            Panel(
                "Positions per article",
                "Positions for each article that went all the way.",
                "short",
                [
                    (
                        f"sum({increase(POSITIONS, *CHOSEN)}) "
                        f"/ clamp_min(sum({increase('stancewire_articles_processed_total')}), 1)",
                        "per article",
                    )
                ],
                "number",
                width=6,
            ),
            Panel(
                "Articles about negotiations",
                "Share of the articles done that were not passed over.",
                "percentunit",
                [
                    (
                        f"sum({increase('stancewire_articles_processed_total')}) / clamp_min("
                        f"sum({increase('stancewire_articles_processed_total')}) "
                        f"+ sum({increase('stancewire_articles_skipped_total')}), 1)",
                        "share",
                    )
                ],
                "number",
                width=6,
            ),
            Panel(
                "Mean confidence",
                "Mean confidence of the positions published.",
                "percentunit",
                [
                    (
                        f"sum({increase('stancewire_position_confidence_sum')}) "
                        f"/ clamp_min(sum({increase('stancewire_position_confidence_count')}), 1)",
                        "confidence",
                    )
                ],
                "number",
                width=6,
            ),
        ],
    ),
    Row(
        "Who, how, on what",
        [
            Panel(
                "Stances over time",
                "Positions published, by stance.",
                "ops",
                [(f"sum by (stance) ({rate(POSITIONS, *CHOSEN)})", "{{stance}}")],
                "stack",
                width=12,
            ),
            Panel(
                "Issues over time",
                "Positions published, by issue.",
                "ops",
                [(f"sum by (issue) ({rate(POSITIONS, *CHOSEN)})", "{{issue}}")],
                "stack",
                width=12,
            ),
            Panel(
                "Who speaks most",
                "Positions by party: states by their ISO 3166 code, all others together by what kind of party they are "
                "(names would be endless). For single parties read the topic `positions`.",
                "short",
                [(f"topk(20, sum by (party) ({increase(OF_PARTIES, *PARTY)}))", "{{party}}")],
                "bars",
            ),
            Panel(
                "Who takes which stance",
                "Positions by party and stance in the time that is shown.",
                "short",
                [(f"sum by (party, stance) ({increase(OF_PARTIES, *PARTY)}) > 0", "{{party}} {{stance}}")],
                "table",
            ),
            Panel(
                "Which stance on what",
                "Positions by issue and stance in the time that is shown.",
                "short",
                [(f"sum by (issue, stance) ({increase(POSITIONS, *CHOSEN)}) > 0", "{{issue}} {{stance}}")],
                "table",
            ),
            Panel(
                "Balance by issue",
                "Support less opposition and threats, as a share of all positions on an issue: "
                "1 is agreement, -1 refusal.",
                "percentunit",
                [
                    (
                        f"(sum by (issue) ({increase(POSITIONS, ISSUE, FOR)}) "
                        f"- sum by (issue) ({increase(POSITIONS, ISSUE, AGAINST)})) "
                        f"/ clamp_min(sum by (issue) ({increase(POSITIONS, ISSUE)}), 1)",
                        "{{issue}}",
                    )
                ],
                width=12,
                signed=True,
            ),
            Panel(
                "Parties over time",
                "Positions of the ten parties that speak most, by party.",
                "ops",
                [(f"topk(10, sum by (party) ({rate(OF_PARTIES, *PARTY)}))", "{{party}}")],
                width=12,
            ),
        ],
    ),
    Row(
        "How sure",
        [
            Panel(
                "Confidence",
                "How many positions were published with which confidence. A shift tells of other articles or of "
                "another model.",
                "short",
                [(f"sum by (le) ({rate('stancewire_position_confidence_bucket')})", "{{le}}")],
                "heatmap",
            ),
            Panel(
                "Confidence over time",
                "Confidence that a quarter, half and three quarters of the positions stay below.",
                "percentunit",
                [
                    (
                        f"histogram_quantile({share}, sum by (le) ({rate('stancewire_position_confidence_bucket')}))",
                        legend,
                    )
                    for share, legend in ((0.25, "a quarter"), (0.5, "half"), (0.75, "three quarters"))
                ],
                width=12,
                maximum=1,
            ),
        ],
    ),
)
