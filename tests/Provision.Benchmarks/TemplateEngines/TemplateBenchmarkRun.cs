using BenchmarkDotNet.Columns;
using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Exporters;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Loggers;
using BenchmarkDotNet.Reports;
using BenchmarkDotNet.Running;
using BenchmarkDotNet.Toolchains.InProcess.Emit;
using Perfolizer.Horology;

namespace Provision.Benchmarks.TemplateEngines;

/// <summary>
/// Runs <see cref="TemplateBenchmarks"/> inside this process, which needs no build and no network, and prints BenchmarkDotNet's
/// summary and the ratios that have aims.
/// </summary>
internal static class TemplateBenchmarkRun
{
    internal static int Run(bool quick)
    {
        var artifacts = Directory.CreateTempSubdirectory("benchmarks");
        try
        {
            TemplateCase.WarmUp();
            var log = new AccumulationLogger();
            var summary = BenchmarkRunner.Run<TemplateBenchmarks>(Config(quick, log, artifacts.FullName));
            if (summary.HasCriticalValidationErrors || summary.Reports.Any(r => !r.Success) || summary.Reports.Length != TemplateCase.Names.Length * 5)
            {
                Console.Error.WriteLine(log.GetLog());
                return 1;
            }

            MarkdownExporter.Console.ExportToLog(summary, ConsoleLogger.Ascii);
            Ratios(summary);
            return 0;
        }
        finally
        {
            artifacts.Delete(recursive: true);
        }
    }

    private static ManualConfig Config(bool quick, ILogger log, string artifacts) => ManualConfig.CreateEmpty()
        .AddJob(Job.Default
            .WithToolchain(InProcessEmitToolchain.Instance)
            .WithIterationTime(TimeInterval.FromMilliseconds(quick ? 50 : 150))
            .WithWarmupCount(quick ? 4 : 8)
            .WithIterationCount(quick ? 3 : 7))
        .AddColumn(TargetMethodColumn.Method, StatisticColumn.Mean, StatisticColumn.StdDev, StatisticColumn.Min)
        .AddColumnProvider(DefaultColumnProviders.Params, DefaultColumnProviders.Metrics)
        .AddLogger(log)
        .WithArtifactsPath(artifacts);

    private static void Ratios(Summary summary)
    {
        foreach (var name in TemplateCase.Names)
        {
            var bytes = (double)new TemplateCase(name).OutputBytes;
            Print($"{name}: render, ours / plain Scriban", Best("RenderOurs") / Best("RenderPlain"), "at most 1.5");
            Print($"{name}: render, ours / Handlebars.Net", Best("RenderOurs") / Best("RenderHandlebars"), "none");
            Print($"{name}: parse, Handlebars.Net / ours", Best("ParseHandlebars") / Best("ParseOurs"), "at least 50");
            Print($"{name}: allocated bytes per output byte, ours", Allocated("RenderOurs") / bytes, name == "list" ? "none" : "below 4");
            Print($"{name}: allocated bytes per output byte, Handlebars.Net", Allocated("RenderHandlebars") / bytes, "none");

            // the best round: what other processes on the machine add belongs to neither engine
            double Best(string method) => Report(method).ResultStatistics!.Min;
            double Allocated(string method) => Report(method).GcStats.GetBytesAllocatedPerOperation(Report(method).BenchmarkCase) ?? double.NaN;
            BenchmarkReport Report(string method) => summary.Reports.Single(r =>
                r.BenchmarkCase.Descriptor.WorkloadMethod.Name == method && r.BenchmarkCase.Parameters["Template"] as string == name);
        }
    }

    private static void Print(string label, double value, string aim) => Console.WriteLine($"  {label,-60} {value,8:F2}  (aim: {aim})");
}
