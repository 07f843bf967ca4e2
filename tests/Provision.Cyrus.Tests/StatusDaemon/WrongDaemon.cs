using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace Provision.Cyrus.Tests;

/// <summary>A status daemon that always gives one answer, and an empty chain.</summary>
internal sealed class WrongDaemon : IAsyncDisposable
{
    private readonly WebApplication app;

    private WrongDaemon(WebApplication app) => this.app = app;

    public Uri Address => new(app.Urls.First());

    public static async Task<WrongDaemon> Start(string masters)
    {
        var made = WebApplication.CreateSlimBuilder().Build();
        made.Urls.Add("http://127.0.0.1:0");
        made.MapGet("/masters", (RequestDelegate)(context => context.Response.WriteAsync(masters)));
        made.MapGet("/chain", (RequestDelegate)(context => context.Response.WriteAsync("[]")));
        await made.StartAsync();
        return new WrongDaemon(made);
    }

    public ValueTask DisposeAsync() => app.DisposeAsync();
}
