using System.Diagnostics;
using System.Globalization;
using Provision.Stores.Mastership;

namespace Provision.Benchmarks;

/// <summary>How long it takes from a change in the masters' database until the status daemon tells it, as the mail proxy asks.</summary>
internal static class Tellings
{
    /// <summary>Begins and gives up a failover again and again; prints the median and the longest time in milliseconds.</summary>
    /// <param name="database">The database that the daemon reads.</param>
    /// <param name="url">The daemon.</param>
    /// <param name="target">A slot of the first store that is not its master.</param>
    /// <param name="count">How often.</param>
    internal static async Task Run(string database, Uri url, string target, int count)
    {
        const string By = "bench@localhost";
        using var masters = MastershipDatabases.Open(database);
        using var http = new HttpClient { BaseAddress = url };
        var row = masters.Read().Stores["store1"];
        var times = new List<double>();
        for (var i = 0; i < count; i++)
        {
            Do(new MastershipChange.Begin(row.Store, target, row.Epoch, By, DateTimeOffset.UtcNow));
            times.Add(await Until("WAIT"));
            Do(new MastershipChange.GiveUp(row.Store, row.Epoch, By, DateTimeOffset.UtcNow));
            Do(new MastershipChange.Up(row.Store, row.Epoch, By, DateTimeOffset.UtcNow));
            times.Add(await Until("OK"));
        }

        times.Sort();
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{times[times.Count / 2]:F0} {times[^1]:F0}"));

        void Do(MastershipChange change)
        {
            if (masters.Change(change).Refusal is { } refusal)
            {
                throw new InvalidOperationException(refusal);
            }
        }

        async Task<double> Until(string status)
        {
            for (var clock = Stopwatch.StartNew(); ; await Task.Delay(5))
            {
                using var question = new HttpRequestMessage(HttpMethod.Get, "/auth");
                question.Headers.Add("Auth-Store", row.Store);
                question.Headers.Add("Auth-Protocol", "imap");
                using var answer = await http.SendAsync(question);
                if (answer.Headers.GetValues("Auth-Status").Single() == status)
                {
                    return clock.Elapsed.TotalMilliseconds;
                }
            }
        }
    }
}
