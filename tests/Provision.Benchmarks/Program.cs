using Provision.Benchmarks;
using Provision.Benchmarks.TemplateEngines;

// scale HOSTS FOLDER: writes the generated fleet's inventory (fixed seed) into a folder.
// templates [--quick]: templates as the product renders them, beside plain Scriban and Handlebars.Net.
// write FOLDER: the templates for every engine, their models and the outputs they must give.
// once TEMPLATE COUNT: microseconds a render; what the scripts in peers/ do with the other engines.
// tellings DATABASE URL TARGET COUNT: milliseconds from a change of masters until the status daemon tells it, median and longest.
switch (args)
{
    case ["scale", var hosts, var folder] when int.TryParse(hosts, out var count):
        Scale.Write(count, folder);
        return 0;
    case ["templates"] or ["templates", "--quick"]:
        return TemplateBenchmarkRun.Run(quick: args.Length == 2);
    case ["write", var folder]:
        TemplateCase.WriteAll(folder);
        return 0;
    case ["once", var template, var times] when int.TryParse(times, out var count):
        RenderOnce.Run(template, count);
        return 0;
    case ["tellings", var database, var url, var target, var times] when int.TryParse(times, out var count):
        await Tellings.Run(database, new Uri(url), target, count);
        return 0;
    default:
        Console.Error.WriteLine("usage: scale HOSTS FOLDER | templates [--quick] | write FOLDER | once TEMPLATE COUNT | tellings DATABASE URL TARGET COUNT");
        return 2;
}
