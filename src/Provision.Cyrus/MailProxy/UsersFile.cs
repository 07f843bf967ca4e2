namespace Provision.Cyrus.MailProxy;

/// <summary>
/// Maps users to stores: lines <c>user@domain store</c>; <c>#</c> begins a comment. The file is reloaded when it changes; if it cannot be read, the error is
/// logged and the last valid one stays in use.
/// </summary>
/// <param name="file">The file.</param>
/// <param name="say">Receives log lines.</param>
internal sealed class UsersFile(string file, Action<string> say)
{
    private (long At, long Bytes) seen;
    private volatile Dictionary<string, string>? stores;

    /// <summary>Returns the store of a user, case-insensitively; null for an unknown user.</summary>
    public string? StoreOf(string user) => stores?.GetValueOrDefault(user);

    /// <summary>Reloads the file if it changed.</summary>
    public void Refresh()
    {
        try
        {
            var now = new FileInfo(file) is { Exists: true } found ? (found.LastWriteTimeUtc.Ticks, found.Length)
                : throw new FileNotFoundException($"{file} is not there");
            if (now == seen)
            {
                return;
            }

            seen = now;
            var read = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
            var number = 0;
            foreach (var line in File.ReadLines(file))
            {
                number++;
                var words = line.Split('#')[0].Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
                if (words is [var user, var store])
                {
                    read[user] = store;
                }
                else if (words.Length > 0)
                {
                    say($"{file}:{number}: expected a user and a store; the users are as before");
                    return;
                }
            }

            stores = read;
            say($"{read.Count} users read from {file}");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            if (seen != default || stores is null)
            {
                say($"the users cannot be read and are as before: {e.Message}");
            }

            seen = default;
            stores ??= [];
        }
    }
}
