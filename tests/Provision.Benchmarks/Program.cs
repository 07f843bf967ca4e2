using Provision.Fixtures;

// scale HOSTS FOLDER: writes the generated fleet's inventory (fixed seed) into a folder.
if (args is not ["scale", var hosts, var folder] || !int.TryParse(hosts, out var count))
{
    Console.Error.WriteLine("usage: scale HOSTS FOLDER");
    return 2;
}

foreach (var (path, text) in ScaleFleet.Generate(count, seed: 20261122))
{
    var full = Path.Combine(folder, path);
    Directory.CreateDirectory(Path.GetDirectoryName(full)!);
    File.WriteAllText(full, text);
}

return 0;
