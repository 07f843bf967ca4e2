using Scriban;
using Scriban.Runtime;

namespace Provision.Benchmarks.TemplateEngines;

/// <summary>Scriban as it comes, with its own functions and objects: the floor for the product.</summary>
internal sealed class PlainScriban
{
    private readonly Template parsed;
    private readonly TemplateContext context = new() { LoopLimit = 0 };

    internal PlainScriban(string text, string json)
    {
        parsed = Template.Parse(text);
        context.PushGlobal(ModelReader.ToScript(json));
    }

    internal string Render() => parsed.Render(context);
}
