//! The style of the file: for a wide screen, a narrow one, the dark, and paper.
//!
//! Used by [`head`](super::head). Colours come in pairs of at least 4.5:1, and none carries a meaning alone; paper is black on white. On a narrow
//! screen rows are cards. What is folded opens on paper.

/// The style.
pub const STYLE: &str = "
:root{color-scheme:light dark;--bg:#fff;--ink:#1a1a1a;--soft:#4d4d4d;--line:#767676;--rule:#cfcfcf;--shade:#ececec;--link:#0b4f9e}
@media screen and (prefers-color-scheme:dark){:root{--bg:#141414;--ink:#ededed;--soft:#bdbdbd;--line:#9a9a9a;--rule:#464646;--shade:#2d2d2d;--link:#9cc7ff}}
*{box-sizing:border-box}
html{background:var(--bg);scroll-padding-top:8px}
body{margin:0 auto;max-width:1240px;padding:16px;color:var(--ink);background:var(--bg);font:15px/1.45 -apple-system,'Segoe UI',Roboto,Helvetica,Arial,sans-serif;overflow-wrap:anywhere}
h1{font-size:26px;line-height:1.2;margin:8px 0}
h2{font-size:21px;line-height:1.25;margin:40px 0 10px;padding-top:10px;border-top:3px solid var(--ink)}
h3{font-size:17px;line-height:1.3;margin:24px 0 8px}
h4{font-size:15px;margin:20px 0 6px}
summary h3,summary h4{display:inline}
summary h3::first-letter{text-transform:uppercase}
p{margin:8px 0;max-width:80ch}
.lead{font-size:16px}
.note{border-left:4px solid var(--line);padding-left:10px}
a{color:var(--link)}
a:focus-visible,summary:focus-visible,[tabindex='0']:focus-visible{outline:3px solid var(--link);outline-offset:2px}
:target{background:var(--shade);outline:2px solid var(--line)}
section:target{background:none;outline:0}
.solo h1{font-size:17px;margin:0}.solo h2{margin:4px 0 8px;padding:0;border:0}
small{font-size:12.5px;color:var(--soft)}
code{font-size:12px;overflow-wrap:anywhere}
.in{list-style:none;display:flex;flex-wrap:wrap;gap:4px 18px;padding:0;margin:8px 0}
.in li{min-width:0}
dl{display:flex;flex-wrap:wrap;gap:4px 22px;margin:8px 0}
dl div{display:flex;gap:6px;min-width:0}
dt{color:var(--soft);flex:none}dd{margin:0;min-width:0}
dl.rules{display:block}dl.rules dt{color:var(--ink);margin-top:8px}dl.rules dd{max-width:85ch}
table{border-collapse:collapse;margin:10px 0}
caption{text-align:left;font-weight:600;padding:4px 0}
.t{width:100%;font-size:13.5px;line-height:1.35}
.t.small{width:auto}
.estado td:nth-child(2){min-width:150px}.estado td:nth-child(3){min-width:112px}.t.estado{font-size:13px}
.t th,.t td{text-align:left;vertical-align:top;padding:5px 8px;border-bottom:1px solid var(--rule);font-weight:400;min-width:0}
.t thead th{font-weight:600;border-bottom:2px solid var(--ink);vertical-align:bottom}
.t th,.t td{overflow-wrap:break-word}.t .n{white-space:nowrap}.t .a{overflow-wrap:anywhere}
.t .b td{padding-top:0;border-bottom:2px solid var(--rule);font-size:13px}
.t tr:has(+.b) :is(td,th){border-bottom:0}
.lim{margin:0;padding-left:14px;font-size:12.5px}
.st{display:inline-block;padding:0 6px;border:1px solid var(--rule);border-radius:3px;white-space:nowrap}
.st a{color:inherit}
.breach{background:var(--ink);color:var(--bg);border-color:var(--ink)}
.possible_breach{border:2px dashed var(--ink)}
.warning{border:2px solid var(--ink)}
.unknown_start{border:2px dotted var(--ink)}
.pin{border-style:double;border-width:3px;border-color:var(--ink)}
figure{margin:10px 0 18px;min-width:0}
figcaption{font-size:13.5px;max-width:100ch}
figcaption h4{margin:8px 0 2px}
.g{display:grid;grid-template-columns:repeat(auto-fill,minmax(min(100%,470px),1fr));gap:10px 28px;align-items:start}
.two{grid-template-columns:minmax(0,auto) minmax(0,1fr)}
.x{overflow-x:auto}
svg{display:block;width:100%;height:auto;font-size:11px;fill:var(--ink)}
.g svg[role],.wide svg[role]{min-width:320px;max-width:560px}
.tl svg[role]{min-width:860px;max-width:none}
svg[width]{display:inline-block;width:auto;vertical-align:-2px}
svg.defs{position:absolute;width:0;height:0}
.c{text-anchor:middle}.r{text-anchor:end}.w{font-weight:700}.s{font-size:9.5px}
.grid,.base{stroke:var(--rule);stroke-width:1;fill:none}
.axis{stroke:var(--ink);stroke-width:1;fill:none}
.cv{stroke:var(--ink);stroke-width:2;fill:none}
.cv1{stroke-dasharray:8 4}.cv2{stroke-dasharray:2 3}.cv3{stroke-dasharray:12 3 2 3}.cv4{stroke-width:3.5;stroke-dasharray:1 5}.cv5{stroke-width:3.5;stroke-dasharray:14 6}
.tick{stroke:var(--ink);stroke-width:1.2;fill:none}
.band{fill:var(--shade);stroke:none}
.half{stroke:var(--ink);stroke-width:1;stroke-dasharray:3 3;fill:none}
.f{fill:var(--ink);stroke:var(--bg);stroke-width:.6}
.o{fill:var(--bg);stroke:var(--ink);stroke-width:1.5}
.k{stroke:var(--ink);stroke-width:1.4}.k2{stroke-width:2.1}.k3{stroke-width:2.9}
.gap{fill:var(--shade);stroke:var(--line);stroke-width:.6;stroke-dasharray:2 2}
.bar{fill:var(--bg);stroke:var(--ink);stroke-width:1.2}
.late{fill:url(#rayas);stroke:var(--ink);stroke-width:1.2}
.between{fill:url(#rayas-claras);stroke:var(--ink);stroke-width:1;stroke-dasharray:3 2}
.ray{stroke:var(--ink);stroke-width:3;fill:none}.ray.thin{stroke-width:.9}
.due{stroke:var(--ink);stroke-width:2.4}.alt{stroke-dasharray:3 2}
.still{stroke:var(--ink);stroke-width:2.5;stroke-dasharray:1 3}
.left{stroke:var(--ink);stroke-width:1;stroke-dasharray:4 3}
.now{stroke:var(--ink);stroke-width:1.6}
.end{stroke:var(--ink);stroke-width:1.4;fill:none}
.m{white-space:nowrap;font-weight:600}
.meses{display:grid;align-items:start;grid-template-columns:repeat(auto-fill,minmax(min(100%,290px),1fr));gap:8px 24px}
.mes{width:100%;table-layout:fixed;font-size:12.5px}
.mes th{font-weight:600}.mes abbr{text-decoration:none}
.mes td{border:1px solid var(--rule);vertical-align:top;padding:2px;height:38px}
.mes td span{color:var(--soft)}.mes .m{color:inherit}
.mes a{text-decoration:none;color:var(--ink)}
.t a,.mes a,dl a,.in a,.up a{display:inline-block;min-width:24px;min-height:24px}small a{min-width:0}
.mes .hoy{outline:3px solid var(--ink);outline-offset:-3px}.mes .hoy span{color:var(--ink);font-weight:700}
.caso{border-top:1px solid var(--line);margin-top:28px}
.acts ol{padding-left:3.2em;font-size:13.5px}
details{margin:6px 0}td details{margin:0}
summary{cursor:pointer}
details:has(:target)::details-content{content-visibility:visible;display:block}
@media screen{.caso{content-visibility:auto;contain-intrinsic-size:auto 1800px}}
@media screen and (max-width:760px){
body{padding:12px}
.two{grid-template-columns:minmax(0,1fr)}
dl div{display:block}
.t:not(.keep),.t:not(.keep) :is(tbody,tr,td,tbody th,caption){display:block;width:100%}
.t .n{white-space:normal}
.t:not(.keep) thead{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%)}
.t:not(.keep) tbody{border:1px solid var(--line);border-radius:4px;margin:0 0 10px;padding:6px 8px}
.t:not(.keep) :is(th,td){border:0;padding:2px 0}
.t:not(.keep) td[data-l]{display:grid;grid-template-columns:minmax(0,38%) minmax(0,1fr);gap:8px}
.t:not(.keep) td[data-l]::before{content:attr(data-l);color:var(--soft)}
.tl svg[role]{min-width:720px}
.t:not(.keep) .b td{border:0;padding-top:4px}
.estado td:nth-child(n){min-width:0}
}
@page{size:A4 portrait;margin:14mm 12mm 16mm;@bottom-right{content:counter(page) ' / ' counter(pages);font:9pt sans-serif}}
@page ancha{size:A4 landscape;margin:12mm 12mm 14mm}
@media print{
:root{color-scheme:light;--bg:#fff;--ink:#000;--soft:#333;--line:#666;--rule:#bbb;--shade:#e6e6e6;--link:#000}
body{max-width:none;padding:0;font-size:10pt}
a{text-decoration:none;color:inherit}
.t a,.mes a,dl a,.in a,.up a{display:inline;min-height:0}
.ancha{page:ancha}
h2{margin-top:18pt}
h1,h2,h3,h4,caption,summary{break-after:avoid}
.caso dl{break-after:avoid}
tr,svg,figure,.mes,li,dl div,.note{break-inside:avoid}
.t tbody,.few:not(.estado,.lim-all),thead{break-inside:avoid}thead{break-after:avoid}
thead{display:table-header-group}
.t{font-size:8.5pt}.t.estado{font-size:8pt}
small,.lim,.t .b td{font-size:8pt}
.x{overflow:visible}
.g svg[role],.wide svg[role],.tl svg[role]{min-width:0}
.g{grid-template-columns:1fr 1fr}.two{grid-template-columns:1fr}.meses{grid-template-columns:repeat(3,1fr)}
.breach{print-color-adjust:exact;-webkit-print-color-adjust:exact}
details::details-content{content-visibility:visible!important;display:block!important;block-size:auto!important}
summary{list-style:none}summary::-webkit-details-marker{display:none}
nav,.up,details.no{display:none}
:target{background:none;outline:0}
}
";
