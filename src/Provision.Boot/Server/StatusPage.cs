using System.Globalization;
using System.Net;
using System.Text;
using Provision.Boot.Jobs;

namespace Provision.Boot.Server;

/// <summary>The page with the reinstalls: plain HTML that is complete without its script, which only reads it anew when something happened.</summary>
internal static class StatusPage
{
    private const string Style = "body{font:15px sans-serif;margin:2em;color:#222}table{border-collapse:collapse}td,th{text-align:left;padding:.3em 1em .3em " +
        "0;border-bottom:1px solid #ddd}" +
        ".failed,.differs,.refused,.expired,.alarm{color:#b00}.done{color:#060}progress{width:8em}";

    private const string Script = "let t;new EventSource('/events').onmessage=()=>{clearTimeout(t);t=setTimeout(async()=>{const d=new " +
        "DOMParser().parseFromString(await(await fetch('/')).text(),'text/html');" +
        "document.querySelector('main').replaceWith(d.querySelector('main'))},300)}";

    public static string Of(IReadOnlyList<Job> jobs, IReadOnlyDictionary<string, JobLine> lines, int discovered, string? lost, DateTimeOffset now, string nonce)
    {
        var page = new StringBuilder($"<!doctype html><html lang=en><meta charset=utf-8><title>Reinstalls</title><style " +
            $"nonce={nonce}>{Style}</style><main><h1>Reinstalls</h1>");
        if (lost is not null)
        {
            page.Append($"<p class=failed>{Safe(lost)}. Every machine boots from its own disk.</p>");
        }

        page.Append($"<p>{jobs.Count(job => job.State.IsOpen())} open, {jobs.Count} shown, {discovered} unknown machines discovered; {now:u}</p>");
        page.Append("<table><tr><th>Host<th>State<th>Until<th>Step<th>Done<th>Last said<th>Handed over<th>Armed</tr>");
        foreach (var job in jobs.OrderByDescending(job => job.State.IsOpen()))
        {
            var last = lines.GetValueOrDefault(job.Id)?.Event;
            page.Append($"<tr><td>{Safe(job.Host)}<td class={job.State.Word()}>{job.State.Word()}<td>{(job.State.IsOpen() ? job.Deadline.ToString("u") : "")}");
            var progress = last?.Done is { } done ? string.Create(CultureInfo.InvariantCulture, $"<progress value={done:0.000}></progress>") : "";
            page.Append($"<td>{Safe(last?.Step ?? "")}<td>{progress}");
            var handed = job.HandedOver.Where(given => given.What != HandedThing.Repository).TakeLast(3)
                .Select(given => $"{given.At:u} {Safe(given.ToString())}");
            page.Append($"<td{(last?.IsError == true ? " class=alarm" : "")}>{Safe(last?.Text ?? "")}<td>{string.Join("<br>", handed)}");
            page.Append($"<td>{job.ArmedAt:u} {Safe(job.ArmedBy)}</tr>");
        }

        return page.Append($"</table></main><script nonce={nonce}>{Script}</script></html>\n").ToString();
    }

    private static string Safe(string text) => WebUtility.HtmlEncode(text);
}
