using System.Runtime.ExceptionServices;

namespace Provision.Core;

/// <summary>Does the same for several items at once.</summary>
public static class Concurrently
{
    /// <summary>Calls a function for every item and returns the results in the order of the items.</summary>
    /// <param name="items">The items.</param>
    /// <param name="most">Maximum number of calls at a time, at least 1.</param>
    /// <param name="call">The function. If a call throws, its exception itself is thrown, not an <see cref="AggregateException"/>: callers catch what a
    /// single call would throw.</param>
    public static List<TResult> ConcurrentlyEach<T, TResult>(this IEnumerable<T> items, int most, Func<T, TResult> call)
    {
        try
        {
            return [.. items.AsParallel().AsOrdered().WithDegreeOfParallelism(most).WithExecutionMode(ParallelExecutionMode.ForceParallelism).Select(call)];
        }
        catch (AggregateException e)
        {
            ExceptionDispatchInfo.Throw(e.Flatten().InnerExceptions[0]);
            throw;
        }
    }
}
