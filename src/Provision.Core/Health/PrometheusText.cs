using System.Globalization;
using System.Text;

namespace Provision.Core;

/// <summary>One number of a metric, with its labels.</summary>
/// <param name="Value">The number.</param>
/// <param name="Labels">Names and values.</param>
public sealed record Sample(double Value, params (string Name, string Value)[] Labels);

/// <summary>One metric: a gauge with its samples.</summary>
/// <param name="Name">Its name, such as <c>provision_mount_missing</c>.</param>
/// <param name="Help">What it measures.</param>
/// <param name="Samples">Its samples; a metric without one is omitted.</param>
public sealed record Metric(string Name, string Help, IEnumerable<Sample> Samples);

/// <summary>
/// Formats metrics in Prometheus's text format, for the node exporter's directory. The names are those used by the alerts of <c>templates/mon</c>; a
/// metric that could not be observed is omitted, and its check reports 3.
/// </summary>
public static class PrometheusText
{
    /// <summary>Formats the results of the checks and the metrics behind them.</summary>
    public static string Of(HealthReport report, IEnumerable<Metric> metrics)
    {
        ArgumentNullException.ThrowIfNull(report);
        ArgumentNullException.ThrowIfNull(metrics);
        var text = new StringBuilder();
        var states = new Metric(
            "provision_check_state",
            "How a check went: 0 OK, 1 warning, 2 critical, 3 unknown.",
            report.Checks.Select(check => new Sample(report.CodeOf(check), ("check", check))));
        foreach (var metric in metrics.Prepend(states))
        {
            var lines = metric.Samples.DistinctBy(sample => Labels(sample))
                .Select(sample => string.Create(CultureInfo.InvariantCulture, $"{metric.Name}{Labels(sample)} {sample.Value:0.###}\n")).ToList();
            if (lines.Count > 0)
            {
                text.Append(CultureInfo.InvariantCulture, $"# HELP {metric.Name} {metric.Help}\n# TYPE {metric.Name} gauge\n").AppendJoin("", lines);
            }
        }

        return text.ToString();
    }

    private static string Labels(Sample sample) =>
        sample.Labels.Length == 0 ? "" : "{" + string.Join(",", sample.Labels.Select(label => $"{label.Name}=\"{Escaped(label.Value)}\"")) + "}";

    private static string Escaped(string value) => value.Replace("\\", "\\\\").Replace("\"", "\\\"").Replace("\n", "\\n");
}
