namespace Provision.Cyrus.Health.Facts;

/// <summary>An observation, or why it could not be made.</summary>
/// <param name="Value">The observed value; null if the observation failed.</param>
/// <param name="Problem">Why it failed; null if it succeeded.</param>
public sealed record Looked<T>(T? Value, string? Problem)
    where T : class;

/// <summary>Makes observations, turning errors of the machine into a reason.</summary>
internal static class Looked
{
    public static Looked<T> At<T>(Func<T> look)
        where T : class
    {
        try
        {
            return new Looked<T>(look(), null);
        }
        catch (Exception e) when ((e is AggregateException { InnerException: { } inner } ? inner : e) is CommandFailedException or IOException or UnauthorizedAccessException or InvalidDataException)
        {
            return new Looked<T>(null, (e.InnerException is { } cause && e is AggregateException ? cause : e).Message.Split('\n')[0]);
        }
    }
}
