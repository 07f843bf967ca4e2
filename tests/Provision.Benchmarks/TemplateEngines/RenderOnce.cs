using System.Diagnostics;

namespace Provision.Benchmarks.TemplateEngines;

/// <summary>
/// Renders a template file with the model beside it, as the scripts of the other languages do: count 0 prints the text, 1 renders
/// once (the whole process is then what is measured), more warms up for a second and then renders that often for the figure.
/// </summary>
internal static class RenderOnce
{
    internal static void Run(string path, int count)
    {
        var engine = new OurEngine(File.ReadAllText(path), File.ReadAllText(Path.ChangeExtension(path, ".json")));
        if (count == 0)
        {
            Console.Write(engine.Render());
            return;
        }

        var start = Stopwatch.GetTimestamp();
        while (count > 1 && Stopwatch.GetElapsedTime(start) < TimeSpan.FromSeconds(1))
        {
            engine.Render();
        }

        start = Stopwatch.GetTimestamp();
        for (var i = 0; i < count; i++)
        {
            engine.Render();
        }

        Console.WriteLine($"{Stopwatch.GetElapsedTime(start).TotalMicroseconds / count:F1}");
    }
}
