namespace EShop.Local.Stripe;

/// <summary>The part of Stripe's HTTP API that the sandbox speaks, with the parameters of each call: any other is refused, as Stripe does.</summary>
internal static class StripeApi
{
    /// <summary>The API version of the client that EShop uses; events are written in it.</summary>
    public const string Version = "2026-10-28.endive";

    private const string Intent = "amount currency customer description metadata[*] receipt_email payment_method setup_future_usage shipping[*] " +
        "statement_descriptor_suffix allowed_payment_method_types[*] excluded_payment_method_types[*] capture_method expand[*] ";
    private const string Confirming = "return_url off_session error_on_requires_action ";
    private const string Person = "email name phone description address[*] shipping[*] metadata[*] payment_method invoice_settings[default_payment_method] expand[*]";

    public static void MapStripeApi(this IEndpointRouteBuilder routes)
    {
        routes.Post("payment_intents", PaymentIntents.Create, Intent + Confirming +
            "confirm confirmation_method automatic_payment_methods[enabled] automatic_payment_methods[allow_redirects]");
        routes.Get("payment_intents", PaymentIntents.List, "customer " + Lists.Paging);
        routes.Get("payment_intents/{id}", PaymentIntents.Get, "client_secret expand[*]");
        routes.Post("payment_intents/{id}", PaymentIntents.Update, Intent);
        routes.Post("payment_intents/{id}/confirm", PaymentIntents.Confirm, Confirming + "payment_method receipt_email setup_future_usage shipping[*] expand[*]");
        routes.Post("payment_intents/{id}/cancel", PaymentIntents.Cancel, "cancellation_reason expand[*]");

        routes.Get("charges", Charges.List, "payment_intent customer " + Lists.Paging);
        routes.Get("charges/{id}", Charges.Get, "expand[*]");
        routes.Get("balance_transactions/{id}", BalanceTransactions.Get, "expand[*]");

        routes.Post("refunds", Refunds.Create, "payment_intent charge amount reason metadata[*] expand[*]");
        routes.Get("refunds", Refunds.List, "payment_intent charge " + Lists.Paging);
        routes.Get("refunds/{id}", Refunds.Get, "expand[*]");
        routes.Post("refunds/{id}", Refunds.Update, "metadata[*] expand[*]");

        routes.Get("disputes", Disputes.List, "payment_intent charge " + Lists.Paging);
        routes.Get("disputes/{id}", Disputes.Get, "expand[*]");

        routes.Post("payment_methods", PaymentMethods.Create, "type card[number] card[exp_month] card[exp_year] card[cvc] billing_details[*] metadata[*] expand[*]");
        routes.Get("payment_methods/{id}", PaymentMethods.Get, "expand[*]");
        routes.Post("payment_methods/{id}/attach", PaymentMethods.Attach, "customer expand[*]");

        routes.Post("customers", Customers.Create, Person);
        routes.Get("customers", Customers.List, "email " + Lists.Paging);
        routes.Get("customers/{id}", Customers.Get, "expand[*]");
        routes.Post("customers/{id}", Customers.Update, Person);
        routes.Delete("customers/{id}", Customers.Delete, "");

        routes.Get("events", Events.List, "type types[*] " + Lists.Paging);
        routes.Get("events/{id}", Events.Get, "expand[*]");

        routes.Map("/v1/{**rest}", (HttpContext http, Dispatcher dispatcher) => dispatcher.Handle(http, NoRoute, new HashSet<string>()));
    }

    private static void Get(this IEndpointRouteBuilder routes, string path, Operation operation, string parameters) =>
        routes.MapMethods($"/v1/{path}", [HttpMethods.Get], Handler(operation, parameters));

    private static void Post(this IEndpointRouteBuilder routes, string path, Operation operation, string parameters) =>
        routes.MapMethods($"/v1/{path}", [HttpMethods.Post], Handler(operation, parameters));

    private static void Delete(this IEndpointRouteBuilder routes, string path, Operation operation, string parameters) =>
        routes.MapMethods($"/v1/{path}", [HttpMethods.Delete], Handler(operation, parameters));

    private static Func<HttpContext, Dispatcher, Task> Handler(Operation operation, string parameters)
    {
        var allowed = parameters.Split(' ', StringSplitOptions.RemoveEmptyEntries).ToHashSet();
        return (http, dispatcher) => dispatcher.Handle(http, operation, allowed);
    }

    private static object NoRoute(Call call) => throw Refusal.NoRoute(call.Http.Request.Method, call.Http.Request.Path);
}
