using System.Net;
using System.Text.Json;
using Stripe;

namespace EShop.Payment;

/// <summary>The one place that speaks to Stripe. It asks once and tells what came back; what to do about an unclear answer is decided by whoever holds the operation.</summary>
internal sealed class StripeGateway(StripeClient stripe)
{
    private static readonly List<string> WithCharge = ["latest_charge"];

    /// <summary>Creates the intent without confirming it: nobody is charged.</summary>
    public Task<Answer<Intent>> CreateAsync(Operation operation, CancellationToken cancellationToken)
    {
        var (asked, order) = (operation.Parameters, operation.OrderId.ToString());
        var options = new PaymentIntentCreateOptions
        {
            Amount = asked.Amount,
            Currency = asked.Currency.ToLowerInvariant(),
            // Cards only: the order shows a brand and four digits, and no method that redirects by itself asks for an address to come back to.
            AllowedPaymentMethodTypes = ["card"],
            Metadata = new() { ["orderId"] = order },
        };
        if (asked.Customer is not null)
            options.Customer = asked.Customer; // Only where there is one: set to null it would be sent as an empty text.
        return AskAsync(async () => Read(await stripe.V1.PaymentIntents.CreateAsync(options, Under(operation.IntentKey), cancellationToken)));
    }

    public Task<Answer<Intent>> ConfirmAsync(string intentId, Operation operation, CancellationToken cancellationToken)
    {
        var options = new PaymentIntentConfirmOptions { PaymentMethod = operation.Parameters.PaymentMethod, Expand = WithCharge };
        if (operation.Parameters.ReturnUrl is { } url)
            options.ReturnUrl = url;
        return AskAsync(async () => Read(await stripe.V1.PaymentIntents.ConfirmAsync(intentId, options, Under(operation.Key), cancellationToken)));
    }

    public Task<Answer<Intent>> CancelAsync(string intentId, Operation operation, CancellationToken cancellationToken)
    {
        var options = new PaymentIntentCancelOptions
        {
            CancellationReason = operation.Parameters.Reason == CancelReason.Requested ? "requested_by_customer" : "abandoned",
            Expand = WithCharge,
        };
        return AskAsync(async () => Read(await stripe.V1.PaymentIntents.CancelAsync(intentId, options, Under(operation.Key), cancellationToken)));
    }

    public Task<Answer<Intent>> ReadAsync(string intentId, CancellationToken cancellationToken) =>
        AskAsync(async () => Read(await stripe.V1.PaymentIntents.GetAsync(intentId, new PaymentIntentGetOptions { Expand = WithCharge }, requestOptions: null, cancellationToken)));

    /// <summary>The intent of this order among all that were created since it was placed. By list and not by search: Stripe's search lags behind its writes.</summary>
    /// <param name="customer">Stripe's id of its customer; null to look among everybody's.</param>
    /// <returns><see cref="AnswerKind.Refused"/> where there is none.</returns>
    public Task<Answer<Intent>> FindAsync(Operation operation, string? customer, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var order = operation.OrderId.ToString();
        var options = new PaymentIntentListOptions
        {
            // A minute on either side, since Stripe's clock is not ours.
            Created = new DateRangeOptions { GreaterThanOrEqual = operation.OrderId.MadeAt().UtcDateTime.AddMinutes(-1), LessThanOrEqual = now.UtcDateTime.AddMinutes(1) },
            Limit = 100,
            Expand = ["data.latest_charge"],
        };
        if (customer is not null)
            options.Customer = customer;
        return AskAsync(async () => await stripe.V1.PaymentIntents.ListAutoPagingAsync(options, requestOptions: null, cancellationToken)
            .FirstOrDefaultAsync(intent => intent.Metadata?.GetValueOrDefault("orderId") == order, cancellationToken) is { } found ? Read(found) : null);
    }

    public Task<Answer<StripeRefund>> RefundAsync(Refund refund, Operation operation, CancellationToken cancellationToken)
    {
        var options = new RefundCreateOptions
        {
            PaymentIntent = refund.IntentId,
            Amount = refund.Amount,
            Metadata = new() { ["orderId"] = refund.OrderId.ToString(), ["refundId"] = refund.Id.ToString() },
        };
        return AskAsync(async () => Read(await stripe.V1.Refunds.CreateAsync(options, Under(operation.Key), cancellationToken)));
    }

    /// <summary>All refunds of an intent.</summary>
    public Task<Answer<IReadOnlyList<StripeRefund>>> ListRefundsAsync(string intentId, CancellationToken cancellationToken) => AskAsync<IReadOnlyList<StripeRefund>>(async () =>
        await stripe.V1.Refunds.ListAutoPagingAsync(new RefundListOptions { PaymentIntent = intentId, Limit = 100 }, requestOptions: null, cancellationToken).Select(Read).ToListAsync(cancellationToken));

    /// <summary>All disputes of an intent's charges.</summary>
    public Task<Answer<IReadOnlyList<StripeDispute>>> ListDisputesAsync(string intentId, CancellationToken cancellationToken) => AskAsync<IReadOnlyList<StripeDispute>>(async () =>
        await stripe.V1.Disputes.ListAutoPagingAsync(new DisputeListOptions { PaymentIntent = intentId, Limit = 100 }, requestOptions: null, cancellationToken).Select(Read).ToListAsync(cancellationToken));

    /// <summary>A page of all intents that were created since then.</summary>
    /// <param name="after">The last one of the page before.</param>
    public Task<Answer<StripePage<Intent>>> ListIntentsAsync(DateTimeOffset since, string? after, CancellationToken cancellationToken) => AskAsync<StripePage<Intent>>(async () =>
    {
        var page = await stripe.V1.PaymentIntents.ListAsync(Paged(new PaymentIntentListOptions { Created = Since(since), Expand = ["data.latest_charge"] }, after), requestOptions: null, cancellationToken);
        return new([.. page.Select(Read)], page.HasMore);
    });

    /// <inheritdoc cref="ListIntentsAsync"/>
    public Task<Answer<StripePage<StripeRefund>>> ListRefundsAsync(DateTimeOffset since, string? after, CancellationToken cancellationToken) => AskAsync<StripePage<StripeRefund>>(async () =>
    {
        var page = await stripe.V1.Refunds.ListAsync(Paged(new RefundListOptions { Created = Since(since) }, after), requestOptions: null, cancellationToken);
        return new([.. page.Select(Read)], page.HasMore);
    });

    /// <inheritdoc cref="ListIntentsAsync"/>
    public Task<Answer<StripePage<StripeDispute>>> ListDisputesAsync(DateTimeOffset since, string? after, CancellationToken cancellationToken) => AskAsync<StripePage<StripeDispute>>(async () =>
    {
        var page = await stripe.V1.Disputes.ListAsync(Paged(new DisputeListOptions { Created = Since(since) }, after), requestOptions: null, cancellationToken);
        return new([.. page.Select(Read)], page.HasMore);
    });

    /// <returns>Stripe's id of the customer.</returns>
    public Task<Answer<string>> CreateCustomerAsync(Customer customer, string key, CancellationToken cancellationToken)
    {
        var options = new CustomerCreateOptions { Name = customer.Name, Email = customer.Email, Metadata = new() { ["userId"] = customer.UserId.ToString() } };
        return AskAsync(async () => (await stripe.V1.Customers.CreateAsync(options, Under(key), cancellationToken)).Id);
    }

    /// <returns>Stripe's id of the customer that was made of this user.</returns>
    public Task<Answer<string>> FindCustomerAsync(Customer customer, CancellationToken cancellationToken) => AskAsync(async () =>
        (await stripe.V1.Customers.ListAutoPagingAsync(new CustomerListOptions { Email = customer.Email, Limit = 100 }, requestOptions: null, cancellationToken)
            .FirstOrDefaultAsync(found => found.Metadata?.GetValueOrDefault("userId") == customer.UserId.ToString(), cancellationToken))?.Id);

    private static DateRangeOptions Since(DateTimeOffset since) => new() { GreaterThanOrEqual = since.UtcDateTime };

    private static T Paged<T>(T options, string? after)
        where T : ListOptions
    {
        options.Limit = 100;
        if (after is not null)
            options.StartingAfter = after;
        return options;
    }

    private static RequestOptions Under(string key) => new() { IdempotencyKey = key };

    // Everything that can come back from a call, sorted by what it says about the effect.
    private static async Task<Answer<T>> AskAsync<T>(Func<Task<T?>> ask)
        where T : class
    {
        try
        {
            return await ask() is { } value ? new(AnswerKind.Done, value) : new(AnswerKind.Refused);
        }
        catch (StripeException refused) when (refused.StripeError is { } error)
        {
            var said = new PaymentError(error.Code ?? error.Type ?? "unknown", error.DeclineCode, error.Message ?? "");
            return refused.HttpStatusCode switch
            {
                HttpStatusCode.PaymentRequired => new(AnswerKind.Declined, Error: said, ChargeId: error.Charge),
                // Another call under this key or on this object is running, or there were too many: nothing is known of the first, nothing was done by the second.
                HttpStatusCode.Conflict or HttpStatusCode.TooManyRequests => new(AnswerKind.Unclear, Error: said),
                // Our key to Stripe is not valid, or not for this: it says nothing about what was asked, and the next key may be.
                HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden => new(AnswerKind.Unclear, Error: said),
                // An ask under a key that Stripe connects with other parameters can never go through.
                _ when error.Type == "idempotency_error" || (int)refused.HttpStatusCode >= 500 => new(AnswerKind.Failed, Error: said),
                _ => new(AnswerKind.Refused, Error: said, Param: error.Param),
            };
        }
        catch (StripeException odd)
        {
            // No error in the body that Stripe writes: something in between answered, or half of an answer came through.
            return new(AnswerKind.Unclear, Error: new PaymentError("unreadable", null, odd.HttpStatusCode.ToString()));
        }
        catch (Exception lost) when (lost is HttpRequestException or OperationCanceledException or IOException or JsonException)
        {
            return new(AnswerKind.Unclear, Error: new PaymentError("no_answer", null, lost.GetType().Name));
        }
    }

    private static Intent Read(PaymentIntent intent) => new(
        intent.Id,
        intent.Status,
        intent.ClientSecret,
        intent.Metadata?.GetValueOrDefault("orderId"),
        intent.LatestCharge is { } charge
            ? new Charge(charge.Id, charge.Amount, charge.AmountRefunded, charge.PaymentMethodDetails?.Card?.Brand, charge.PaymentMethodDetails?.Card?.Last4, charge.Created, charge.Disputed)
            : null,
        intent.NextAction is { } action ? new NextAction(action.Type, action.RedirectToUrl?.Url) : null,
        intent.LastPaymentError is { } error ? new PaymentError(error.Code ?? error.Type ?? "unknown", error.DeclineCode, error.Message ?? "") : null,
        intent.CancellationReason switch { "requested_by_customer" => CancelReason.Requested, "abandoned" => CancelReason.Expired, _ => CancelReason.Declined });

    private static StripeRefund Read(Stripe.Refund refund) => new(
        refund.Id,
        refund.PaymentIntentId,
        refund.Status switch { "succeeded" => RefundStatus.Succeeded, "failed" or "canceled" => RefundStatus.Failed, _ => RefundStatus.Pending },
        refund.Amount,
        Guid.TryParse(refund.Metadata?.GetValueOrDefault("refundId"), out var ours) ? ours : null,
        refund.Created);

    private static StripeDispute Read(Dispute dispute) => new(dispute.Id, dispute.PaymentIntentId, dispute.Status, dispute.Reason, dispute.Amount);
}
