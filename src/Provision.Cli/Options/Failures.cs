namespace Provision.Cli.Options;

/// <summary>The message of an exception that ends a command.</summary>
internal static class Failures
{
    /// <summary>The exception that another one only carries.</summary>
    public static Exception Cause(Exception error) => error is AggregateException { InnerExceptions: [var first, ..] } ? Cause(first) : error;

    /// <summary>Returns its message. An exception of the runtime is a mistake of this program: it is named as one, without the runtime's crash.</summary>
    public static string Message(Exception error) => error switch
    {
        OperationCanceledException => "interrupted",
        CommandFailedException or IOException or UnauthorizedAccessException or InvalidDataException => error.Message,
        System.Net.Http.HttpRequestException or System.Net.Sockets.SocketException => error.Message,
        UriFormatException => "an address that was given is not a URL: expected one such as http://192.0.2.1:8490",
        _ when error.GetType().Namespace?.StartsWith("Provision", StringComparison.Ordinal) == true => error.Message,
        _ => $"this is a bug of provision: {error.GetType().Name}: {error.Message}"
            + (Environment.GetEnvironmentVariable("PROVISION_TRACE") is { Length: > 0 } ? $"\n{error.StackTrace}" : " (PROVISION_TRACE=1 shows where)"),
    };
}
