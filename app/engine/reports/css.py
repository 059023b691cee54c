"""Style of the report; plain enough for a browser and for the writer of PDF files."""

STYLE = """
body { font-family: 'Inter', 'Segoe UI', 'DejaVu Sans', sans-serif; font-size: 10pt; color: #17202a; background: #ffffff;
  max-width: 1100px; margin: 32px auto; padding: 0 24px; line-height: 1.45; }
h1 { font-size: 20pt; margin: 0 0 4px 0; }
h2 { font-size: 13pt; margin: 28px 0 8px 0; }
p { margin: 4px 0; overflow-wrap: anywhere; }
table { border-collapse: collapse; margin: 8px 0 16px 0; }
th { font-size: 8pt; color: #53606d; font-weight: 600; border-bottom: 1px solid #8794a1; }
td { font-size: 9pt; vertical-align: top; border-bottom: 1px solid #dde3e9; overflow-wrap: anywhere; unicode-bidi: isolate; }
code { font-family: 'JetBrains Mono', 'DejaVu Sans Mono', monospace; font-size: 7pt; }
.short { white-space: nowrap; }
img { max-width: 100%; height: auto; }
.quiet { color: #53606d; font-size: 9pt; }
.high { color: #b3122b; } .medium { color: #8f5600; } .low { color: #6a6238; }
.seen { color: #1f6b3a; } .partial, .learning { color: #8f5600; } .blind { color: #b3122b; }
a { color: #0b5cad; }
"""
MAIL = """
body { font-family: 'Segoe UI', 'DejaVu Sans', sans-serif; font-size: 14px; color: #17202a; background: #ffffff; margin: 24px;
  line-height: 1.45; }
h1 { font-size: 19px; margin: 0 0 12px 0; }
p { margin: 4px 0; }
table { border-collapse: collapse; margin: 16px 0; }
th { font-size: 12px; color: #53606d; font-weight: 600; text-align: left; padding: 3px 16px 3px 0; vertical-align: top; }
td { font-size: 13px; padding: 3px 0; overflow-wrap: anywhere; }
.mark { height: 4px; width: 48px; margin: 0 0 10px 0; }
.high { background: #b3122b; } .medium { background: #c47a00; } .low { background: #8a8050; }
.quiet { color: #53606d; font-size: 12px; }
"""
"""Style of a mail."""
