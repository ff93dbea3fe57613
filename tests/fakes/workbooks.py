"""Spreadsheets as programs write them: .xlsx and .ods made here, .xls kept, as nothing kept writes it."""

from __future__ import annotations

import base64
import io
import zipfile
import zlib
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from xml.sax.saxutils import escape

Row = Sequence[object]
Sheets = Mapping[str, Sequence[Row]]
_SPREADSHEET = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_RELATED = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
# Number formats: none, a day, hours beyond 24, hours of a day, a percentage.
_STYLES = (
    f'<styleSheet xmlns="{_SPREADSHEET}"><numFmts count="1"><numFmt numFmtId="164" formatCode="[h]:mm"/></numFmts>'
    '<fonts count="1"><font/></fonts><fills count="1"><fill/></fills><borders count="1"><border/></borders>'
    '<cellStyleXfs count="1"><xf numFmtId="0"/></cellStyleXfs><cellXfs count="3"><xf numFmtId="0"/>'
    '<xf numFmtId="14" applyNumberFormat="1"/><xf numFmtId="164" applyNumberFormat="1"/></cellXfs></styleSheet>'
)


def xlsx(sheets: Sheets, *, begins_1904: bool = False) -> bytes:
    """An Excel file: days and durations are numbers with a format, as Excel writes them."""
    begins = date(1904, 1, 1) if begins_1904 else date(1899, 12, 30)
    named = "".join(
        f'<sheet name="{escape(name)}" sheetId="{at}" r:id="rId{at}"/>'
        for at, name in enumerate(sheets, 1)
    )
    related = "".join(
        f'<Relationship Id="rId{at}" Type="{_RELATED}/worksheet" Target="worksheets/sheet{at}.xml"/>'
        for at in range(1, len(sheets) + 1)
    )
    packed = {
        "[Content_Types].xml": '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        '<Default Extension="xml" ContentType="application/xml"/></Types>',
        "_rels/.rels": _relations(
            f'<Relationship Id="rId1" Type="{_RELATED}/officeDocument" Target="xl/workbook.xml"/>'
        ),
        "xl/workbook.xml": f'<workbook xmlns="{_SPREADSHEET}" xmlns:r="{_RELATED}">'
        f'<workbookPr date1904="{int(begins_1904)}"/><sheets>{named}</sheets></workbook>',
        "xl/_rels/workbook.xml.rels": _relations(
            f'{related}<Relationship Id="styles" Type="{_RELATED}/styles" Target="styles.xml"/>'
        ),
        "xl/styles.xml": _STYLES,
    }
    for at, rows in enumerate(sheets.values(), 1):
        lines = "".join(
            f'<row r="{number}">{"".join(_cell(column, number, cell, begins) for column, cell in enumerate(row))}</row>'
            for number, row in enumerate(rows, 1)
        )
        packed[f"xl/worksheets/sheet{at}.xml"] = (
            f'<worksheet xmlns="{_SPREADSHEET}"><sheetData>{lines}</sheetData></worksheet>'
        )
    return _zipped(packed)


def ods(sheets: Sheets) -> bytes:
    """An OpenDocument file."""
    tables = "".join(
        f'<table:table table:name="{escape(name)}">'
        + "".join(
            f"<table:table-row>{''.join(map(_ods_cell, row))}</table:table-row>" for row in rows
        )
        + "</table:table>"
        for name, rows in sheets.items()
    )
    of = "urn:oasis:names:tc:opendocument:xmlns"
    content = (
        f'<office:document-content xmlns:office="{of}:office:1.0" xmlns:table="{of}:table:1.0" '
        f'xmlns:text="{of}:text:1.0" office:version="1.2"><office:body><office:spreadsheet>{tables}'
        "</office:spreadsheet></office:body></office:document-content>"
    )
    kind = "application/vnd.oasis.opendocument.spreadsheet"
    manifest = (
        f'<manifest:manifest xmlns:manifest="{of}:manifest:1.0"><manifest:file-entry manifest:full-path="/" '
        f'manifest:media-type="{kind}"/></manifest:manifest>'
    )
    return _zipped({"mimetype": kind, "content.xml": content, "META-INF/manifest.xml": manifest})


def xls(*, begins_1904: bool = False) -> bytes:
    """An Excel 97 file: a sheet “Notes” of one cell, and “Data”: month, code, late and hours ([h]:mm) of QX1 for
    January (3; 30:15) and February 2025 (4; 8:30)."""
    return zlib.decompress(base64.b85decode(_FROM_1904 if begins_1904 else _FROM_1900))


def _relations(inside: str) -> str:
    kind = "http://schemas.openxmlformats.org/package/2006/relationships"
    return f'<Relationships xmlns="{kind}">{inside}</Relationships>'


def _cell(column: int, number: int, cell: object, begins: date) -> str:
    at = f'r="{chr(65 + column)}{number}"'
    if cell is None or cell == "":
        return ""
    if isinstance(cell, date):
        return f'<c {at} s="1"><v>{(cell - begins).days}</v></c>'
    if isinstance(cell, timedelta):
        return f'<c {at} s="2"><v>{cell / timedelta(days=1)!r}</v></c>'
    if isinstance(cell, (int, float)):
        return f"<c {at}><v>{cell!r}</v></c>"
    return f'<c {at} t="inlineStr"><is><t>{escape(str(cell))}</t></is></c>'


def _ods_cell(cell: object) -> str:
    if cell is None or cell == "":
        return "<table:table-cell/>"
    if isinstance(cell, date):
        said, shown = f'office:value-type="date" office:date-value="{cell.isoformat()}"', str(cell)
    elif isinstance(cell, timedelta):
        minutes = round(cell.total_seconds() / 60)
        length = f"PT{minutes // 60:02d}H{minutes % 60:02d}M00S"
        said, shown = f'office:value-type="time" office:time-value="{length}"', str(cell)
    elif isinstance(cell, (int, float)):
        said, shown = f'office:value-type="float" office:value="{cell!r}"', str(cell)
    else:
        said, shown = 'office:value-type="string"', escape(str(cell))
    return f"<table:table-cell {said}><text:p>{shown}</text:p></table:table-cell>"


def _zipped(parts: Mapping[str, str]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in parts.items():
            archive.writestr(name, text)
    return out.getvalue()


_FROM_1900 = (
    "c-rk)Pe>F|82`Puv$`wluB!$b$RcF5Ng_dXv8kv$DcU88phkDVQg>xt4|XWa_80`6iY|g3GO)U2QHQz}1V%wY5U4?y"
    "PJuxOb^6{nGwZ(<T&M+Qe#86Td*8qJ?|bjf%!iqZ+3}~fb6AI?@L|~sqG%OQPzt)0Fi37$s_5ncN|uLhg<yadvdE8@"
    "W$%mC8mjf4gTxc<4N+j8(s>M`J()101;h#NgCSHOT7*WiCvl%rIcm6H5vDy%E15oK-B(PHG3OT37Sf#+=P;wU$BsC0"
    "+$HN-R!&r4nr*%^ry13FtK#_DZDH&BaXfX&=-(-VI;|8FptWu_6J|=)LwJA^ARccT7-$+H%%Y0oU;@9bD6rse_}5X7"
    "Us%2X@&Byl7jME3&?4sI2XSx%|BlpvQCJs+ivA4BU}#F>r(K>lhcYO|v|lkaoHWwLA`Yu~;iG}_HY09EhX+YvAel(_"
    "l4VaaZc^57q)p=XCWli)KA^L!xkOzUe87a)957|P?MjKp5#n+MZ@w@MWAWjyk8Rx@`UU2U@}**5J$qEQVd1*6Amj3^"
    "#HKN}IKcD<d)>|DTBcPrJjxq7s-42=G1j@s(gteh5aW}+cU5^Gl`}s(pVwu+>-(uZ)jD^jYU+zVj(VEfIN7Ub42_~u"
    "+`FsrLU(iF98%wy)@(Si0y6CM-E!{N5SG+VBvja!u#DiDQl$fJ1%;SZAMEwtzO$<3oK-bqyXMZ0U6WMvWotgFX^t<k"
    "&ev60!n_DBzmu#l*q7QcwoLg_v*@F_6y&QCk0uGR1zq`*IsDld+7HK{T;or&zlh^cuK1h$taE%ISA2Nz;K73j4<0;h"
    "3c)Ww_6wiJ-vHSceg3brL}}UkO|oNg21$C-^o4i|3CdF#$t!+#!7p52Vv9EJ|3Zbc)Orei=;nU(<sHBDF(6itXUm4+"
    "f47D5ZGSnRe*Wk7{{jiI9b5"
)
_FROM_1904 = (
    "c-rk)Pe@cj82`=eTiq4^?5=B|fh<B+n<NrM7kd?zCq=s?5!BOtV5qyYt_M4mWqS;wPDK~N4jI@#$f6E)>kt?P1wo*8"
    ">=YPu(0zULz4!dPf(s=m@AsH*X1@8pZ)U#vX6C*3aXLIR_OxaeYj6}k<g6fyR`3L+pj!!n+AT{J-8?|a^02KC4A4Rr"
    "`SH5!L$O*zwcfLkc%r={3d~VDj{&r$l4fiRae~KS2sMUgp;7Ef+^1BIY93dFX*bhKrjJ?n4bx-HxyiJdWM{-VOzUm&"
    "BTgK5$~tNjWKGd2*7?TLO{l_q6~|X^30u~W<LOIA-%e?$)k-lATI&`wX{J@Z0uN9EBodAN{f)zf8AK@##_`*V0rT#L"
    "e;f1oTgw+9{-4$S;tlu#TEu+(AP%nM-;o+H0_&ns(Vs;b3{AE8X_sfr!7NHK<yQ<1Cyk7;fWs<Y_-LTK)kv7Jp#c);"
    "PbD)wq}iQHn3VMy8I!m@siE|s59sJ@Dp3~(A26X+2TU1nyHcVFRB$=Wn=eGuSa|sBQ)^edet|h7e5u%1&mJ{wSh%J%"
    "NV$Be#inuAIKcEeTiwm&8m3X29_97zRZijbD9ha7)_Usa5aYAHcSU(0m9sxPUe;!R==-TW*)n@MI{8%}Lmjy`LHg<$"
    "MT2M%_wFjZ(%oD*htzkb)$0zdfDAcfx19U60*h)V62kT+EF*ZKMCm|V##VUM2YdauuUECaUR5);Yp!?fnxvX<spg}a"
    "=GYQzY+aEh%!}amGs*ITZK(}ow<%l7i$3zDAX}AqG(m{Z>&l+YW6!?O%Aecz<SKiT?L{1Wa@pR*7oFn+`QpQa2M-=R"
    "c<|t1LkNEPv0wN!{svfj(dYj<i<ENSZ;~C0Gf2^sp)bT!NK&50a6$323x46+5}VX<{}(EprQXx%MHi2wx8V4tj{&iA"
    "KATny{kttxX#crF#`&N7{|jJ@9Do"
)
