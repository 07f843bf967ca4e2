namespace Provision.Core;

/// <summary>The answer to one observation: a value (which may say "not there"), or the reason why it could not be seen.</summary>
/// <param name="Value">The observed value; null if it could not be seen.</param>
/// <param name="Unseen">Why it could not be seen; null if it was.</param>
public sealed record Observation<T>(T? Value, string? Unseen)
    where T : class;

/// <summary>Makes observations, turning errors of the machine into a reason.</summary>
public static class Observation
{
    /// <summary>Observes something once, when its value is first read.</summary>
    public static Lazy<Observation<T>> Once<T>(Func<T> observe)
        where T : class =>
        new(() => Of(observe));

    /// <summary>Observes something; an error of the machine becomes the reason why it is unseen.</summary>
    public static Observation<T> Of<T>(Func<T> observe)
        where T : class
    {
        ArgumentNullException.ThrowIfNull(observe);
        try
        {
            return new Observation<T>(observe(), null);
        }
        catch (Exception e) when (Cause(e) is CommandFailedException or IOException or UnauthorizedAccessException or InvalidDataException)
        {
            return new Observation<T>(null, Cause(e).Message.Split('\n')[0]);
        }
    }

    private static Exception Cause(Exception e) => e is AggregateException { InnerException: { } inner } ? inner : e;
}
