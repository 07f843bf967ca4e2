namespace Provision.Cyrus.Health.Facts;

/// <summary>Something that was looked at, or why it could not be.</summary>
/// <param name="Value">What was seen; null if it could not be looked at.</param>
/// <param name="Problem">Why not; null if it was.</param>
public sealed record Looked<T>(T? Value, string? Problem)
    where T : class;

/// <summary>Looks, so that what a machine refuses becomes a reason.</summary>
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
