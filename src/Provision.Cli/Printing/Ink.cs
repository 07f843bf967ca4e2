namespace Provision.Cli.Printing;

/// <summary>Colours for terminals only; NO_COLOR is honoured (https://no-color.org).</summary>
internal static class Ink
{
    private static readonly bool On =
        !Console.IsOutputRedirected && string.IsNullOrEmpty(Environment.GetEnvironmentVariable("NO_COLOR"))
        && Environment.GetEnvironmentVariable("TERM") is not ("dumb" or null);

    public static string Red(string text) => Paint("31", text);

    public static string Green(string text) => Paint("32", text);

    public static string Yellow(string text) => Paint("33", text);

    public static string Cyan(string text) => Paint("36", text);

    public static string Bold(string text) => Paint("1", text);

    private static string Paint(string code, string text) => On ? $"\u001b[{code}m{text}\u001b[0m" : text;
}
